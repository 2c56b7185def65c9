//! The folder of a batch: `batch.json`, `decisions.jsonl`.

use std::path::{Path, PathBuf};

use waage_result::review::{REVIEW_BATCH_SCHEMA, ReviewBatch, ReviewDecision};

use super::answers::{Returned, accept};
use super::batch::batch_id;
use super::exchange::{Columns, Form, read};
use crate::records::RecordError;
use crate::records::file::{self, Lock};
use crate::time::Timestamp;

/// Why the folder of a batch cannot be used; one sentence that says how to mend it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// A file cannot be read or written.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// A file is not what it should be.
    #[error("{file}: {problem}")]
    Content {
        /// The file as the caller named it.
        file: String,
        /// What is wrong and how to mend it.
        problem: String,
    },
}

/// A batch with what was decided of it so far.
#[derive(Clone, Debug)]
pub struct Reviewed {
    /// What was drawn.
    pub batch: ReviewBatch,
    /// What was decided.
    pub decisions: Vec<ReviewDecision>,
}

/// The folder of a batch.
#[derive(Clone, Debug)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// A folder, which need not be there yet.
    #[must_use]
    pub fn at(path: &Path) -> Self {
        Self {
            path: path.to_path_buf(),
        }
    }

    /// A file of the folder.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    fn content(&self, name: &str, problem: impl Into<String>) -> StoreError {
        StoreError::Content {
            file: self.file(name).display().to_string(),
            problem: problem.into(),
        }
    }

    /// Writes a new batch.
    ///
    /// # Errors
    /// [`StoreError`] if the folder holds one already or cannot be written.
    pub fn create(&self, batch: &ReviewBatch) -> Result<(), StoreError> {
        std::fs::create_dir_all(&self.path).map_err(|source| RecordError::Write {
            file: self.path.display().to_string(),
            source,
        })?;
        let target = self.file("batch.json");
        let _lock = Lock::take(&target)?;
        if target.exists() {
            return Err(self.content(
                "batch.json",
                "there is a batch already; give every batch a folder of its own",
            ));
        }
        let text = serde_json::to_string_pretty(batch)
            .map_err(|cause| self.content("batch.json", cause.to_string()))?;
        file::replace(&target, &(text + "\n"))?;
        Ok(())
    }

    /// Reads the batch.
    ///
    /// # Errors
    /// [`StoreError`] if there is none, or one that was changed.
    pub fn batch(&self) -> Result<ReviewBatch, StoreError> {
        let name = "batch.json";
        let path = self.file(name);
        let text = file::read(&path, "the batch", "draw one with waage review sample")?;
        let batch: ReviewBatch = serde_json::from_str(&text)
            .map_err(|cause| self.content(name, format!("it is no batch of cases ({cause})")))?;
        if batch.schema != REVIEW_BATCH_SCHEMA {
            return Err(self.content(
                name,
                format!(
                    "its schema is {:?}, not {REVIEW_BATCH_SCHEMA:?}",
                    batch.schema
                ),
            ));
        }
        if batch_id(&batch) != batch.batch_id {
            return Err(self.content(
                name,
                "it was changed after it was drawn: its name no longer follows from what it holds; restore it",
            ));
        }
        Ok(batch)
    }

    /// The decisions recorded so far; none if there is no file.
    ///
    /// # Errors
    /// [`StoreError`] with the line that cannot be read.
    pub fn decisions(&self) -> Result<Vec<ReviewDecision>, StoreError> {
        let name = "decisions.jsonl";
        let path = self.file(name);
        if !path.exists() {
            return Ok(Vec::new());
        }
        let text = file::read(&path, "the decisions", "check who may read them")?;
        let lines = text.lines().enumerate();
        lines
            .filter(|(_, line)| !line.trim().is_empty())
            .map(|(at, line)| {
                serde_json::from_str(line).map_err(|cause| {
                    self.content(name, format!("line {}: no decision ({cause})", at + 1))
                })
            })
            .collect()
    }

    /// The batch and its decisions.
    ///
    /// # Errors
    /// Those of [`batch`](Self::batch) and [`decisions`](Self::decisions).
    pub fn reviewed(&self) -> Result<Reviewed, StoreError> {
        Ok(Reviewed {
            batch: self.batch()?,
            decisions: self.decisions()?,
        })
    }

    /// Takes the decisions of a returned file: all or none.
    ///
    /// # Errors
    /// [`StoreError`]: the rows that do not fit, a line each.
    pub fn import(
        &self,
        returned: &Path,
        form: Form,
        now: Timestamp,
    ) -> Result<Returned, StoreError> {
        let batch = self.batch()?;
        let text = file::read(returned, "the returned file", "check its path")?;
        let rows = read(&text, form).map_err(|problem| StoreError::Content {
            file: returned.display().to_string(),
            problem,
        })?;
        self.record(&batch, returned, &rows, now)
    }

    /// Takes the decisions of a returned file's rows, each with where it stands there: all or none.
    ///
    /// # Errors
    /// As [`Folder::import`].
    pub fn take(
        &self,
        returned: &Path,
        rows: &[(String, Columns)],
        now: Timestamp,
    ) -> Result<Returned, StoreError> {
        self.record(&self.batch()?, returned, rows, now)
    }

    fn record(
        &self,
        batch: &ReviewBatch,
        returned: &Path,
        rows: &[(String, Columns)],
        now: Timestamp,
    ) -> Result<Returned, StoreError> {
        let target = self.file("decisions.jsonl");
        let _lock = Lock::take(&target)?;
        let mut decisions = self.decisions()?;
        let taken = accept(batch, rows, &decisions, now).map_err(|faults| StoreError::Content {
            file: returned.display().to_string(),
            problem: match faults.as_slice() {
                [one] => format!("{one}; nothing was recorded"),
                many => format!("nothing was recorded:\n  {}", many.join("\n  ")),
            },
        })?;
        decisions.extend(taken.decisions.iter().cloned());
        let mut text = String::new();
        for decision in &decisions {
            let line = serde_json::to_string(decision)
                .map_err(|cause| self.content("decisions.jsonl", cause.to_string()))?;
            text.push_str(&line);
            text.push('\n');
        }
        file::replace(&target, &text)?;
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::super::exchange::write;
    use super::super::testing::batch;
    use super::*;

    #[test]
    fn a_batch_is_drawn_once_and_its_decisions_grow() {
        let folder = tempfile::tempdir().unwrap();
        let store = Folder::at(&folder.path().join("b"));
        let batch = batch(4);
        store.create(&batch).unwrap();
        assert!(
            store
                .create(&batch)
                .unwrap_err()
                .to_string()
                .contains("folder of its own")
        );
        assert_eq!(store.batch().unwrap(), batch);
        assert!(store.decisions().unwrap().is_empty());
        let now = "2026-12-01T12:00:00Z".parse().unwrap();
        let rows = read(&write(&batch, Form::JsonLines, false), Form::JsonLines).unwrap();
        let line = |at: usize, reviewer: &str| {
            let mut row = rows[at].1.clone();
            for (column, text) in [
                ("reviewer_id", reviewer),
                ("decision_final", batch.cases[at].decision_model.as_str()),
                ("opened_at", "2026-11-30T09:00:00Z"),
                ("decided_at", "2026-11-30T09:01:00Z"),
            ] {
                row.insert(column.to_owned(), text.to_owned());
            }
            serde_json::to_string(&row).unwrap()
        };
        let returned = folder.path().join("back.jsonl");
        for (at, text) in [line(0, "r-1"), line(1, "r-1")].iter().enumerate() {
            std::fs::write(&returned, text).unwrap();
            store.import(&returned, Form::JsonLines, now).unwrap();
            assert_eq!(store.decisions().unwrap().len(), at + 1);
        }
        std::fs::write(&returned, format!("{}\n{}", line(2, "r-1"), line(1, "r-9"))).unwrap();
        let error = store
            .import(&returned, Form::JsonLines, now)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("line 2: ") && error.contains("nothing was recorded"),
            "{error}"
        );
        assert_eq!(store.decisions().unwrap().len(), 2);
    }

    #[test]
    fn a_changed_batch_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let store = Folder::at(folder.path());
        store.create(&batch(4)).unwrap();
        let path = store.file("batch.json");
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.replacen("\"reject\"", "\"accept\"", 1)).unwrap();
        assert!(
            store
                .batch()
                .unwrap_err()
                .to_string()
                .contains("it was changed")
        );
        std::fs::write(&path, "{}").unwrap();
        assert!(
            store
                .batch()
                .unwrap_err()
                .to_string()
                .contains("no batch of cases")
        );
    }
}
