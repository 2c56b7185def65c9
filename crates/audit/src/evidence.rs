//! The evidence map, the dossier and the brief: records that others made, put together for people.

use std::path::{Path, PathBuf};

use waage_data::{DataError, output};
use waage_govern::evidence::{Files, Given, Map, described, recorded, tell};
use waage_govern::incident;
use waage_govern::inventory;
use waage_govern::lifecycle;
use waage_govern::risks::{self, Filter, Order};
use waage_govern::{Date, Timestamp};
use waage_report::{Brief, Dossier, Format};
use waage_result::evidence::{Described, EvidenceResult};
use waage_result::incidents::IncidentsResult;
use waage_result::review::ReviewResult;
use waage_result::risks::RisksResult;
use waage_result::systems::SystemsResult;
use waage_result::text::Language;

use crate::page::options;
use crate::{AuditError, Style, review};

/// Groups of fewer rows are hidden where no policy says otherwise.
const HIDE_BELOW: u64 = 5;

/// What a map or a dossier is made of.
#[derive(Clone, Debug, Default)]
pub struct EvidenceJob {
    /// The records.
    pub files: Files,
    /// A map that extends the one that comes with Waage.
    pub map: Option<PathBuf>,
    /// Laws and standards by their words, separated by commas; `all` for every one.
    pub scope: String,
}

/// The records of a job and the map, read once.
pub struct Evidence {
    given: Given,
    result: EvidenceResult,
    now: Timestamp,
}

/// Reads records and tells the map as of a moment.
///
/// # Errors
/// [`AuditError`] about the first record that cannot be used, or a law that the map does not have.
pub fn read(job: &EvidenceJob, now: Timestamp) -> Result<Evidence, AuditError> {
    let mut map = Map::built_in();
    if let Some(path) = &job.map {
        map.extend(path)?;
    }
    let scope = map.scope(&job.scope).map_err(AuditError::Option)?;
    let day = now.date();
    let given = Given::read(&job.files, day)?;
    let result = tell(&map, &given, &scope, day);
    Ok(Evidence { given, result, now })
}

impl Evidence {
    /// The map.
    #[must_use]
    pub const fn result(&self) -> &EvidenceResult {
        &self.result
    }

    /// The map as text.
    ///
    /// # Errors
    /// [`AuditError::Report`] if it cannot be written.
    pub fn render(
        &self,
        format: Format,
        language: Language,
        style: Style,
    ) -> Result<String, AuditError> {
        let options = options(style);
        Ok(waage_report::evidence_map(
            &self.result,
            format,
            language,
            &options,
        )?)
    }

    /// Writes the dossier into a folder that holds nothing yet: people finish these documents, so none is
    /// ever written over. Gives the files, in order.
    ///
    /// # Errors
    /// [`AuditError`] if the folder holds something or cannot be written.
    pub fn write_dossier(
        &self,
        folder: &Path,
        language: Language,
    ) -> Result<Vec<PathBuf>, AuditError> {
        let filled = std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some());
        if filled {
            return Err(AuditError::Option(format!(
                "{:?} is not empty, and a dossier never replaces what people finished; name a new folder with --out",
                folder.display().to_string()
            )));
        }
        let told = self.told()?;
        let dossier = Dossier {
            evidence: &self.result,
            described: told.described.as_ref(),
            audit: self.given.audits.first().map(|audit| &audit.result),
            risks: told.risks.as_ref(),
            incidents: told.incidents.as_ref(),
            systems: told.systems.as_ref(),
            review: told.review.as_ref(),
        };
        let policy_k = told.described.as_ref().map(|of| of.privacy_k);
        let audit_k = dossier.audit.map(|audit| audit.policy.privacy_k);
        let hide_below = policy_k
            .into_iter()
            .chain(audit_k)
            .max()
            .unwrap_or(HIDE_BELOW);
        let documents = waage_report::dossier(&dossier, language, hide_below)?;
        let failed = |cause| DataError::Write {
            path: folder.display().to_string(),
            cause,
        };
        std::fs::create_dir_all(folder).map_err(failed)?;
        let mut written = Vec::new();
        let mut write = |name: String, content: &[u8]| -> Result<(), AuditError> {
            let path = folder.join(name);
            output::write(&path, content)?;
            written.push(path);
            Ok(())
        };
        for document in &documents {
            write(
                format!("{}.md", document.name),
                document.markdown.as_bytes(),
            )?;
            write(format!("{}.html", document.name), document.html.as_bytes())?;
            write(format!("{}.pdf", document.name), &document.pdf)?;
        }
        let json = self.render(Format::Json, language, Style::default())?;
        write("evidence.json".to_owned(), json.as_bytes())?;
        Ok(written)
    }

    fn told(&self) -> Result<Told, AuditError> {
        let given = &self.given;
        let day = self.now.date();
        let system = given
            .policy
            .as_ref()
            .and_then(|policy| policy.kept.system.as_ref());
        let folders: Vec<&Path> = given
            .reviews
            .iter()
            .map(|of| Path::new(&of.folder))
            .collect();
        Ok(Told {
            described: described(given),
            risks: register(given, day),
            incidents: given.incidents.as_ref().map(|(log, _)| {
                let filter = incident::Filter {
                    system: system.map(|system| system.id.clone()),
                    ..incident::Filter::default()
                };
                log_of(log, self.now, filter)
            }),
            systems: given.systems.as_ref().map(|(inventory, _)| {
                let id = given.entry().map_or("", |entry| entry.id.as_str());
                let mut told = inventory::tell(inventory, Some(id), day);
                if let Some(book) = &given.ledger {
                    lifecycle::tell(&mut told, &book.entries, day);
                }
                told
            }),
            review: match folders.is_empty() {
                true => None,
                false => Some(review::report(&folders, self.now)?),
            },
        })
    }
}

/// Records as documents.
struct Told {
    described: Option<Described>,
    risks: Option<RisksResult>,
    incidents: Option<IncidentsResult>,
    systems: Option<SystemsResult>,
    review: Option<ReviewResult>,
}

fn register(given: &Given, day: Date) -> Option<RisksResult> {
    let filter = Filter {
        order: Order::Score,
        ..Filter::default()
    };
    let (register, _) = given.risks.as_ref()?;
    Some(risks::tell(register, given.policy.as_ref(), day, &filter))
}

/// Incidents of the system, and those that name none; what they say together is of these alone.
fn log_of(log: &incident::Log, now: Timestamp, filter: incident::Filter) -> IncidentsResult {
    let of_system = |of: &&waage_result::incidents::Incident| match (&filter.system, &of.system) {
        (Some(asked), Some(of)) => asked == of,
        _ => true,
    };
    let kept: Vec<_> = log.incidents.iter().filter(of_system).cloned().collect();
    incident::tell(&kept, now, &incident::Filter::default())
}

/// What a brief is made of.
#[derive(Clone, Debug, Default)]
pub struct BriefJob {
    /// The records: one result and a policy are needed.
    pub files: Files,
    /// The result before.
    pub previous: Option<PathBuf>,
}

/// Writes a brief as of a moment.
///
/// # Errors
/// [`AuditError`] about a record that cannot be used, or a form that a brief does not have.
pub fn brief(
    job: &BriefJob,
    now: Timestamp,
    format: Format,
    language: Language,
    style: Style,
) -> Result<String, AuditError> {
    let day = now.date();
    let mut files = job.files.clone();
    files.results.extend(job.previous.clone());
    let given = Given::read(&files, day)?;
    let (Some(audit), Some(described)) = (given.audits.first(), described(&given)) else {
        return Err(AuditError::Option(
            "a brief needs the result of an audit and its policy; give --result and --policy"
                .to_owned(),
        ));
    };
    let system = described.id.clone();
    let incidents = given.incidents.as_ref().map(|(log, _)| {
        let filter = incident::Filter {
            system,
            ..incident::Filter::default()
        };
        log_of(log, now, filter)
    });
    let (register, recorded) = (register(&given, day), recorded(&given, audit, day));
    let brief = Brief {
        audit: &audit.result,
        previous: job
            .previous
            .as_ref()
            .and(given.audits.get(1))
            .map(|audit| &audit.result),
        described: &described,
        risks: register.as_ref(),
        incidents: incidents.as_ref(),
        recorded: recorded.as_ref(),
        as_of: &day.to_string(),
    };
    let mut options = options(style);
    options.hide_below = described.privacy_k;
    Ok(waage_report::brief(&brief, format, language, &options)?)
}

/// Writes a document to a file, or replaces it.
///
/// # Errors
/// [`AuditError`] if it cannot be written.
pub fn write(path: &Path, content: &[u8]) -> Result<(), AuditError> {
    Ok(output::write(path, content)?)
}
