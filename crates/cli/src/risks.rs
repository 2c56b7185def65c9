//! `waage risks`.

use waage_audit::Policy;
use waage_audit::govern::Date;
use waage_audit::govern::review::Folder;
use waage_audit::govern::risks::assessment::{self, Request, Witness};
use waage_audit::govern::risks::{
    Evidence, Filter, Order, Register, catalogue, questionnaire, tell, words,
};
use waage_audit::registers::{self, RisksView, risks::RisksResult};

use crate::args::registers::Showing;
use crate::args::risks as args;
use crate::args::risks::Risks;
use crate::audit::{format, language};
use crate::output::{self, ExitCode, Failure};
use crate::registers::{day, failed, ledger, now, policy};

/// Runs a command of the register.
pub fn run(command: Risks) -> Result<ExitCode, Failure> {
    match command {
        Risks::Init(args) => init(&args),
        Risks::List(args) => list(args),
        Risks::Show(args) => show(&args),
        Risks::Assess(args) => assess(&args),
        Risks::Report(args) => {
            let opened = Opened::of(&args.register)?;
            let filter = Filter {
                order: Order::Score,
                ..Filter::default()
            };
            print(&opened.tell(&filter), RisksView::Report, &args.showing)
        }
        Risks::Matrix(args) => matrix(&args),
        Risks::Export(args) => {
            let told = Opened::of(&args.register)?.tell(&Filter::default());
            output::print(&registers::export_risks(&told)?)?;
            Ok(ExitCode::SUCCESS)
        }
        Risks::Questionnaire(args) => ask(&args),
    }
}

/// A register with what it is held against.
struct Opened {
    register: Register,
    policy: Option<Policy>,
    day: Date,
}

impl Opened {
    fn of(args: &args::Register) -> Result<Self, Failure> {
        let opened = Self {
            policy: policy(args.policy.as_deref())?,
            day: day(args.as_of.as_deref())?,
            register: Register::read(&args.file).map_err(failed)?,
        };
        assessment::check(&opened.register, opened.policy.as_ref()).map_err(failed)?;
        Ok(opened)
    }

    fn tell(&self, filter: &Filter) -> RisksResult {
        tell(&self.register, self.policy.as_ref(), self.day, filter)
    }
}

fn print(result: &RisksResult, view: RisksView, showing: &Showing) -> Result<ExitCode, Failure> {
    output::refuse_page(showing.format)?;
    let (format, language) = (format(showing.format), language(showing.lang));
    let text = registers::render_risks(result, view, format, language, output::style())?;
    output::show(&text, showing.format, language)?;
    Ok(ExitCode::SUCCESS)
}

fn init(args: &args::Init) -> Result<ExitCode, Failure> {
    let start = catalogue::Start {
        owner: args.owner.clone(),
        day: day(args.register.as_of.as_deref())?,
    };
    let policy = policy(args.register.policy.as_deref())?;
    let file = &args.register.file;
    let register = catalogue::begin(file, &start, policy.as_ref()).map_err(failed)?;
    output::say(&format!(
        "waage: {} risks as drafts in {}; correct amounts and levels, name owners, set status = \"open\"",
        register.risks.len(),
        file.display()
    ));
    Ok(ExitCode::SUCCESS)
}

fn list(args: args::List) -> Result<ExitCode, Failure> {
    if let Some(category) = &args.category {
        let categories = words::Category::ALL.iter().map(|category| category.name());
        let mut known: Vec<&str> = words::AREAS.to_vec();
        known.extend(categories.filter(|name| !words::AREAS.contains(name)));
        if !known.contains(&category.as_str()) {
            let hint = waage_audit::govern::did_you_mean(category, known);
            return Err(Failure::Message(format!(
                "--category {category:?} is neither a category nor an area; {hint}"
            )));
        }
    }
    let filter = Filter {
        overdue: args.overdue,
        over_appetite: args.over_appetite,
        category: args.category,
        id: None,
        order: match args.sort {
            args::Sort::File => Order::File,
            args::Sort::Score => Order::Score,
            args::Sort::Loss => Order::Loss,
            args::Sort::Review => Order::Review,
            args::Sort::Id => Order::Id,
        },
    };
    let opened = Opened::of(&args.register)?;
    print(&opened.tell(&filter), RisksView::List, &args.showing)
}

fn show(args: &args::Show) -> Result<ExitCode, Failure> {
    let opened = Opened::of(&args.register)?;
    if opened.register.risk(&args.id).is_none() {
        let known: Vec<&str> = opened
            .register
            .risks
            .iter()
            .map(|r| r.id.as_str())
            .collect();
        let hint = waage_audit::govern::did_you_mean(&args.id, known);
        return Err(Failure::Message(format!(
            "the register has no risk {:?}; {hint}",
            args.id
        )));
    }
    let filter = Filter {
        id: Some(args.id.clone()),
        ..Filter::default()
    };
    print(&opened.tell(&filter), RisksView::Show, &args.showing)
}

fn assess(args: &args::Assess) -> Result<ExitCode, Failure> {
    if !args.day.is_empty() && args.day.len() != args.results.len() {
        return Err(Failure::Message(format!(
            "--day names {} days for {} results; give one for each, or none",
            args.day.len(),
            args.results.len()
        )));
    }
    let as_of = day(args.register.as_of.as_deref())?;
    let mut evidence = Vec::new();
    for (at, path) in args.results.iter().enumerate() {
        let stated = args.day.get(at).map(|text| day(Some(text))).transpose()?;
        evidence.push(Evidence::read(path, stated, as_of).map_err(failed)?);
    }
    let read = questionnaire::Answers::read;
    let reviews = args.review.iter().map(|path| Folder::at(path).reviewed());
    let request = Request {
        evidence,
        reviews: reviews.collect::<Result<_, _>>().map_err(failed)?,
        answers: args
            .answers
            .as_deref()
            .map(read)
            .transpose()
            .map_err(failed)?,
        write: args.write,
        accepted: args.accept.iter().cloned().collect(),
    };
    let policy = policy(args.register.policy.as_deref())?;
    let ledger = ledger(args.acting.ledger.as_deref())?;
    let now = now()?;
    let witness = ledger.as_ref().map(|ledger| Witness {
        ledger,
        actor: &args.acting.actor,
        now,
    });
    let file = &args.register.file;
    let told = assessment::run(file, policy.as_ref(), &request, as_of, witness).map_err(failed)?;
    print(&told, RisksView::Assess, &args.showing)
}

fn matrix(args: &args::Matrix) -> Result<ExitCode, Failure> {
    let told = Opened::of(&args.register)?.tell(&Filter::default());
    if args.svg.is_some() || args.png.is_some() {
        let figure = registers::risk_matrix(&told, language(args.showing.lang))?;
        registers::write_figure(&figure, args.svg.as_deref(), args.png.as_deref())?;
    }
    print(&told, RisksView::Matrix, &args.showing)
}

fn ask(args: &args::Questionnaire) -> Result<ExitCode, Failure> {
    let occasion = match args.occasion {
        args::Occasion::PreDeployment => questionnaire::Occasion::PreDeployment,
        args::Occasion::Periodic => questionnaire::Occasion::Periodic,
    };
    let text = questionnaire::template(occasion, language(args.lang));
    match &args.out {
        Some(path) => registers::write_form(path, &text)?,
        None => output::print(&text)?,
    }
    Ok(ExitCode::SUCCESS)
}
