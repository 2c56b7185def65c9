//! `waage explain`.

use std::path::Path;
use std::time::Instant;

use indexmap::IndexMap;
use waage_audit::attribution::{self, ExplainJob, Model};
use waage_audit::{ExplainSpec, RolesSpec};

use crate::args::{Explain, IndexName};
use crate::audit::{language, set_threads};
use crate::output::{self, ExitCode, Failure};
use crate::progress::Bars;
use crate::roles::attributes;

/// Explains the rows, writes their attributions and prints what they say.
pub fn run(args: Explain) -> Result<ExitCode, Failure> {
    let began = Instant::now();
    output::refuse_page(args.format)?;
    set_threads(args.reading.threads)?;
    let background = match args.background.as_slice() {
        [] => None,
        paths => Some(args.reading.source(paths)?),
    };
    let job = ExplainJob {
        model: Model::File(args.model.clone()),
        source: args.reading.source(&args.data)?,
        background,
        spec: spec(&args)?,
        out: args.out.clone(),
        personal: args.i_know,
    };
    let bars = Bars::new(args.quiet);
    let outcome = attribution::explain(&job, &bars);
    bars.finish();
    let result = outcome?;
    let format = args.format.into();
    let language = language(args.lang);
    let text = attribution::render(&result, format, language, output::style())?;
    output::show(&text, args.format, language)?;
    if !args.quiet {
        let seconds = began.elapsed().as_secs_f64();
        output::say(&attribution::summary_line(&result, language, seconds));
    }
    Ok(ExitCode::SUCCESS)
}

fn spec(args: &Explain) -> Result<ExplainSpec, Failure> {
    let index = match args.index {
        IndexName::Shapley => "shapley",
        IndexName::Banzhaf => "banzhaf",
    };
    Ok(ExplainSpec {
        roles: RolesSpec {
            id: args.id.clone(),
            weight: args.weight.clone(),
            sensitive: attributes(&args.sensitive)?,
            ..RolesSpec::default()
        },
        features: args.features.clone(),
        categories: categories(args.categories.as_deref())?,
        filter: args.filter.clone(),
        index: index.to_owned(),
        iterations: args.iterations.clone(),
        unseen: args.unseen.clone(),
        missing: args.missing,
        codes: args.codes,
        confidence: args.confidence,
    })
}

/// Labels of categorical features, as a JSON file holds them.
fn categories(path: Option<&Path>) -> Result<IndexMap<String, Vec<String>>, Failure> {
    let Some(path) = path else {
        return Ok(IndexMap::new());
    };
    let failed = |cause: &dyn std::fmt::Display| {
        Failure::Message(format!(
            "--categories {} cannot be read ({cause}); write a JSON object of lists, such as {{\"region\": [\"north\", \"south\"]}}",
            path.display()
        ))
    };
    let text = std::fs::read_to_string(path).map_err(|cause| failed(&cause))?;
    waage_audit::attribution::categories(&text).map_err(|cause| failed(&cause))
}
