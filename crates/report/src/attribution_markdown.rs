//! An explanation as Markdown, for people: groups below the limit are left out.

use waage_result::attribution::ExplainResult;
use waage_result::text::Language;

use crate::Options;
use crate::attribution::Told;
use crate::markdown::{bullets, close, escape, row};
use crate::words::{Words, clean, isolated};

/// Writes an explanation as GitHub-flavoured Markdown.
pub(crate) fn markdown(result: &ExplainResult, language: Language, options: &Options) -> String {
    let words = Words::of(language);
    let told = Told { result, words };
    let mut parts = vec![
        format!("# {}", escape(&words.text("attribution.title"))),
        format!("**{}**", escape(&told.headline())),
        escape(&told.facts()),
    ];
    let title = |key: &str| words.text(&format!("attribution.column.{key}"));
    for output in told.outputs() {
        if let Some(k) = output {
            let base = told.number(result.base_value.get(k as usize).copied());
            let title = words.fill(
                "attribution.output",
                &[("output", &k.to_string()), ("base", &base)],
            );
            parts.push(format!("## {}", escape(&title)));
        } else {
            let base = told.number(result.base_value.first().copied());
            parts.push(escape(&words.fill("attribution.base", &[("base", &base)])));
        }
        let (features, more) = told.shown(output);
        let mut lines = vec![
            row([title("feature"), title("mean_abs"), title("mean")].into_iter()),
            "|---|---:|---:|".to_owned(),
        ];
        lines.extend(features.iter().map(|f| {
            row([
                escape(&isolated(&clean(&f.feature))),
                told.estimate(&f.mean_abs),
                told.estimate(&f.mean),
            ]
            .into_iter())
        }));
        parts.push(lines.join("\n"));
        if more > 0 {
            parts.push(escape(
                &words.fill("attribution.more", &[("count", &more.to_string())]),
            ));
        }
        let mut lines = Vec::new();
        let all = result.dataset.rows;
        let limit = options.hide_below;
        for feature in features.iter().take(5) {
            // A group and all others together: one small side would give the other away.
            let shown = feature
                .by_group
                .iter()
                .filter(|g| g.mean.n >= limit && all.saturating_sub(g.mean.n) >= limit);
            lines.extend(shown.map(|group| {
                row([
                    escape(&isolated(&clean(&feature.feature))),
                    escape(&told.group(group)),
                    words.integer(group.mean.n),
                    told.estimate(&group.mean),
                    told.number(group.mean_abs.value),
                ]
                .into_iter())
            }));
        }
        if !lines.is_empty() {
            parts.push(format!(
                "### {}",
                escape(&words.text("attribution.by_group"))
            ));
            let head = row([
                title("feature"),
                title("group"),
                title("rows"),
                title("mean"),
                title("mean_abs"),
            ]
            .into_iter());
            let mut table = vec![head, "|---|---|---:|---:|---:|".to_owned()];
            table.append(&mut lines);
            parts.push(table.join("\n"));
        }
    }
    parts.extend(bullets(&told.notes()));
    close(parts, &told.method(), words)
}
