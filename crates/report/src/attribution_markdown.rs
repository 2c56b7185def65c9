//! An explanation as Markdown, for people: groups below the limit are left out.

use waage_result::attribution::ExplainResult;
use waage_result::text::Language;

use crate::Options;
use crate::article::explanation::{base, features, groups, is_large, more};
use crate::attribution::Told;
use crate::markdown::{bullets, close, escape, table_lines};
use crate::words::Words;

/// Writes an explanation as GitHub-flavoured Markdown.
pub(crate) fn markdown(result: &ExplainResult, language: Language, options: &Options) -> String {
    let words = Words::of(language);
    let told = Told { result, words };
    let mut parts = vec![
        format!("# {}", escape(&words.text("attribution.title"))),
        format!("**{}**", escape(&told.headline())),
        escape(&told.facts()),
    ];
    for output in told.outputs() {
        let heading = if output.is_some() { "## " } else { "" };
        parts.push(format!("{heading}{}", escape(&base(&told, output))));
        parts.push(table_lines(&features(&told, output)));
        parts.extend(more(&told, output).map(|text| escape(&text)));
        let shown = groups(&told, output, |of| is_large(result, of, options.hide_below));
        parts.extend(shown.map(|table| table_lines(&table)));
    }
    parts.extend(bullets(&told.notes()));
    close(parts, &told.method(), words)
}
