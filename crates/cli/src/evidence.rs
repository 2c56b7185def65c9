//! `waage evidence`.

use waage_audit::evidence::{self, EvidenceJob};
use waage_audit::govern::evidence::Files;
use waage_audit::govern::ledger::Options;

use crate::args::evidence::{Dossier, Evidence, Map, Records, Scope};
use crate::audit::{format, language};
use crate::output::{self, ExitCode, Failure};
use crate::registers::as_of;

/// Does what was asked.
pub fn run(command: Evidence) -> Result<ExitCode, Failure> {
    match command {
        Evidence::Map(args) => map(*args),
        Evidence::Dossier(args) => dossier(*args),
    }
}

fn read(scope: Scope, records: Records) -> Result<evidence::Evidence, Failure> {
    let now = as_of(scope.as_of.as_deref())?;
    let job = EvidenceJob {
        files: Files {
            results: records.result,
            policy: records.policy,
            risks: records.risks,
            incidents: records.incidents,
            systems: records.systems,
            ledger: records.ledger,
            keys: records.keys,
            reviews: records.review,
            options: Options {
                allow_network_fs: records.access.allow_network_fs,
                ..Options::default()
            },
        },
        map: scope.map,
        scope: scope.scope,
    };
    Ok(evidence::read(&job, now)?)
}

fn map(args: Map) -> Result<ExitCode, Failure> {
    let showing = args.showing;
    output::refuse_page(showing.format)?;
    let evidence = read(args.scope, args.records)?;
    let (format, language) = (format(showing.format), language(showing.lang));
    let text = evidence.render(format, language, output::style())?;
    output::show(&text, showing.format, language)?;
    Ok(ExitCode::SUCCESS)
}

fn dossier(args: Dossier) -> Result<ExitCode, Failure> {
    let evidence = read(args.scope, args.records)?;
    for file in evidence.write_dossier(&args.out, language(args.lang))? {
        output::print(&format!("{}\n", file.display()))?;
    }
    Ok(ExitCode::SUCCESS)
}
