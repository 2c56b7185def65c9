//! The work-sheet of a batch: one page that a reviewer fills in in a browser and exports, without a
//! server and without anything from outside.

use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment};
use serde::Serialize;
use serde_json::{Map, Value, json};
use waage_charts::font_face_css;
use waage_result::review::ReviewBatch;
use waage_result::text::Language;

use crate::ReportError;
use crate::words::{Words, clean};

const PAGE: &str = include_str!("templates/worksheet.html");
const STYLE: &str = include_str!("templates/worksheet.css");
const SCRIPT: &str = include_str!("templates/worksheet.js");

/// What the template fills in.
#[derive(Serialize)]
struct Page<'a> {
    lang: &'static str,
    batch_id: String,
    due: String,
    words: Value,
    font: String,
    style: &'a str,
    script: &'a str,
    data: String,
}

/// Texts of the page itself.
const PAGE_WORDS: [&str; 24] = [
    "title",
    "due",
    "reviewer",
    "reviewer_hint",
    "noscript",
    "inputs",
    "no_inputs",
    "blind_title",
    "blind_text",
    "model",
    "decision",
    "reason",
    "text",
    "text_hint",
    "confidence",
    "escalate",
    "save",
    "back",
    "next",
    "next_open",
    "export_csv",
    "export_jsonl",
    "stored",
    "score",
];

/// Texts of the script.
const SCRIPT_WORDS: [&str; 15] = [
    "case_of",
    "blind",
    "double",
    "done",
    "missing",
    "score",
    "because",
    "no_reason",
    "reason_needed",
    "progress",
    "all_done",
    "needs_reviewer",
    "needs_decision",
    "needs_reason",
    "needs_text",
];

const DECISIONS: [&str; 3] = ["accept", "reject", "defer"];

/// Reasons of an override, in the order in which they are offered.
pub(crate) const REASONS: [&str; 7] = [
    "data_wrong",
    "missing_info",
    "model_wrong",
    "policy",
    "customer_request",
    "suspected_bias",
    "other",
];

/// Writes the work-sheet of a batch; `given` are the columns of the exchange file and the rows of what
/// is filled in already, in the order of the cases.
///
/// # Errors
/// [`ReportError::Template`] if the page's template fails, which no batch can cause.
pub fn worksheet(
    batch: &ReviewBatch,
    columns: &[String],
    given: &[Map<String, Value>],
    language: Language,
) -> Result<String, ReportError> {
    let words = Words::of(language);
    let told = |name: &str| Value::from(words.text(&format!("worksheet.{name}")));
    let all = |names: &[&str]| -> Map<String, Value> {
        names
            .iter()
            .map(|name| ((*name).to_owned(), told(name)))
            .collect()
    };
    let within = |section: &str, names: &[&str]| -> Value {
        let texts = names.iter().map(|name| {
            let text = words.text(&format!("review.{section}.{name}"));
            ((*name).to_owned(), Value::from(text))
        });
        Value::Object(texts.collect())
    };
    let mut script_words = all(&SCRIPT_WORDS);
    script_words.insert("decisions".to_owned(), within("decision", &DECISIONS));
    script_words.insert("reasons".to_owned(), within("reason", &REASONS));
    let cases = batch.cases.iter().map(|case| {
        json!({
            "case_id": case.case_id,
            "score": case.score,
            "decision_model": case.decision_model,
            "explanation": case.explanation,
            "blind": case.blind,
            "double": case.double,
            "inputs": case.inputs,
        })
    });
    let data = json!({
        "batch_id": batch.batch_id,
        "columns": columns,
        "given": given,
        "cases": cases.collect::<Vec<_>>(),
        "words": script_words,
    });
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.add_template("worksheet.html", PAGE)?;
    let page = Page {
        lang: language.code(),
        batch_id: clean(&batch.batch_id),
        due: clean(batch.due_at.split('T').next().unwrap_or_default()),
        words: Value::Object(all(&PAGE_WORDS)),
        font: font_face_css(),
        style: STYLE,
        script: SCRIPT,
        data: in_script(&data),
    };
    Ok(environment
        .get_template("worksheet.html")?
        .render(Serde(&page))?)
}

/// JSON that ends no script element and begins no comment, whatever its texts hold.
fn in_script(data: &Value) -> String {
    data.to_string()
        .replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_leaves_the_data() {
        let data = json!({"a": "</script><script>alert(1)</script><!-- & \u{2028}"});
        let text = in_script(&data);
        assert!(!text.contains(['<', '>', '&', '\u{2028}']));
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), data);
    }
}
