//! What every figure promises: nothing clipped or overlapping, nothing hidden leaks, the same bytes always.

#[path = "../examples/gallery/cases.rs"]
mod cases;

use std::sync::Arc;

use resvg::tiny_skia::{Pixmap, Rect};
use resvg::usvg::{Group, Node, Options as SvgOptions, Tree, fontdb::Database};
use serde_json::json;
use waage_charts::{
    ChartError, Figure, INTER_REGULAR, INTER_SEMIBOLD, Options, figures, font_face_css,
};
use waage_result::document::{AuditResult, EstimateDoc};
use waage_result::finding::State;
use waage_result::privacy;
use waage_result::text::Language;

fn every() -> Vec<Figure> {
    let mut all = Vec::new();
    for (_, result) in cases::all() {
        for language in Language::ALL {
            for hide_below in [0, 5] {
                all.extend(figures(&result, language, &Options { hide_below }).unwrap());
            }
        }
    }
    all
}

fn draw(result: &AuditResult, language: Language) -> Vec<Figure> {
    figures(result, language, &Options::default()).unwrap()
}

fn find<'a>(figures: &'a [Figure], id: &str) -> &'a Figure {
    figures
        .iter()
        .find(|f| f.id == id)
        .unwrap_or_else(|| panic!("no figure {id}"))
}

fn parse(svg: &str) -> Tree {
    let mut fonts = Database::new();
    fonts.load_font_data(INTER_REGULAR.to_vec());
    fonts.load_font_data(INTER_SEMIBOLD.to_vec());
    let options = SvgOptions {
        fontdb: Arc::new(fonts),
        ..SvgOptions::default()
    };
    Tree::from_str(svg, &options).unwrap()
}

/// Every text with its box in pixels, as shaped with the embedded font.
fn texts(svg: &str) -> Vec<(String, Rect)> {
    fn walk(group: &Group, out: &mut Vec<(String, Rect)>) {
        for node in group.children() {
            match node {
                Node::Group(inner) => walk(inner, out),
                Node::Text(text) => {
                    let words: String = text.chunks().iter().map(|c| c.text()).collect();
                    out.push((words, node.abs_bounding_box()));
                }
                _ => {}
            }
        }
    }
    let mut out = Vec::new();
    walk(parse(svg).root(), &mut out);
    out
}

fn assert_legible(figure: &Figure) {
    let texts = texts(&figure.svg);
    assert!(texts.len() > 3, "{}: {} texts", figure.id, texts.len());
    for (i, (text, a)) in texts.iter().enumerate() {
        let inside = a.left() >= 0.0 && a.top() >= 0.0;
        let inside =
            inside && a.right() <= figure.width as f32 && a.bottom() <= figure.height as f32;
        assert!(inside, "{}: {text:?} is clipped: {a:?}", figure.id);
        for (other, b) in &texts[i + 1..] {
            let apart = a.right() <= b.left() + 0.5
                || b.right() <= a.left() + 0.5
                || a.bottom() <= b.top() + 0.5
                || b.bottom() <= a.top() + 0.5;
            assert!(
                apart,
                "{}: {text:?} and {other:?} overlap: {a:?} {b:?}",
                figure.id
            );
        }
    }
}

#[test]
fn no_text_is_clipped_or_overlaps_another() {
    for figure in every() {
        assert_legible(&figure);
    }
}

#[test]
fn long_names_and_large_numbers_stay_legible() {
    for (_, mut result) in cases::all() {
        for group in &mut result.groups {
            group.n = 999_999_999_999;
        }
        let long = "Würzburger Wohnungsbaugesellschaft ".repeat(30);
        lengthen(&mut result, &long);
        for language in Language::ALL {
            for figure in draw(&result, language) {
                assert_legible(&figure);
                assert!(
                    figure.title.chars().count() < 140 && figure.id.len() < 90,
                    "{figure:?}"
                );
            }
        }
    }
}

/// Lengthens the name and the labels of a result's only attribute, wherever they stand.
fn lengthen(result: &mut AuditResult, long: &str) {
    if let Some(found) = result.membership.first_mut() {
        found.reference.push_str(long);
        let groups = found.groups.iter_mut().map(|group| &mut group.group);
        let gaps = found.gaps.iter_mut().map(|gap| &mut gap.group);
        groups.chain(gaps).for_each(|name| name.push_str(long));
        found.attribute.push_str(long);
        for finding in &mut result.findings {
            finding.attribute.clone_from(&found.attribute);
            finding.group.as_mut().unwrap().push_str(long);
        }
        return;
    }
    let [view] = result.settings.views.as_mut_slice() else {
        panic!("one view")
    };
    if view.len() > 1 {
        return;
    }
    let (old, name) = (view[0].clone(), format!("{}{long}", view[0]));
    view[0].clone_from(&name);
    let longer = |label: &mut Option<String>| {
        if let Some(label) = label {
            label.push_str(long);
        }
    };
    for group in &mut result.groups {
        let mut label = group.attributes.get(&old).cloned().flatten();
        longer(&mut label);
        group.attributes = [(name.clone(), label)].into_iter().collect();
    }
    let reference = |label: &mut Option<String>| {
        if label.as_deref() != Some("(missing)") {
            longer(label);
        }
    };
    let mut own = result.settings.references.get(&old).cloned().flatten();
    longer(&mut own);
    result.settings.references = [(name.clone(), own)].into_iter().collect();
    for d in &mut result.disparities {
        d.attribute.clone_from(&name);
        reference(&mut d.group);
    }
    for f in &mut result.findings {
        f.attribute.clone_from(&name);
        reference(&mut f.group);
    }
    for d in &mut result.distributions {
        d.attribute.clone_from(&name);
        longer(&mut d.group);
    }
}

#[test]
fn the_same_result_gives_the_same_bytes() {
    assert_eq!(every(), every());
    let figure = draw(&cases::leads(), Language::De).remove(0);
    assert_eq!(figure.png(1.0).unwrap(), figure.png(1.0).unwrap());
}

#[test]
fn text_from_data_is_escaped() {
    let all = draw(&cases::regions(), Language::En);
    for figure in &all {
        assert!(!figure.svg.contains("<script"), "{}", figure.id);
        assert!(figure.svg.contains("&lt;script&gt;"), "{}", figure.id);
        assert!(
            texts(&figure.svg)
                .iter()
                .any(|(t, _)| t == "<script>alert(\"Ä\")</script>")
        );
        parse(&figure.svg_with_font());
    }
}

#[test]
fn labels_that_no_xml_may_hold_are_cleaned() {
    let mut result = cases::leads();
    for group in &mut result.groups {
        if let Some(Some(label)) = group.attributes.get_mut("gender") {
            label.push_str("\u{0}\u{1b}]]>&\u{202e}\u{ffff}");
        }
    }
    for figure in draw(&result, Language::En) {
        assert_legible(&figure);
        assert!(
            figure
                .svg
                .chars()
                .chain(figure.alt.chars())
                .all(|c| c == '\n' || !c.is_control())
        );
    }
}

#[test]
fn names_of_features_are_cleaned_too() {
    let mut result = cases::leads();
    let estimate = |value: f64| json!({"value": value, "low": value, "high": value, "n": 9, "method": "sandwich"});
    let name = format!("visits\u{1b}\u{202e}\u{ffff}{}", "x".repeat(200));
    result.explanation = serde_json::from_value(json!({
        "schema": "waage/explain/1",
        "dataset": {"rows": 9, "rows_filtered_out": 0, "digest": "sha256:0"},
        "roles": {},
        "model": {"library": "x", "version": null, "objective": null, "digest": "", "features": 1, "outputs": 1, "trees": 1, "nodes": 1},
        "settings": {"value_function": "path_dependent", "index": "shapley", "space": "margin", "iterations": "all", "unseen": "refuse", "confidence": 0.95, "version": "0"},
        "base_value": [0.0],
        "additivity_error": null,
        "rows_with_missing": 0,
        "features": [{"feature": name, "mean_abs": estimate(0.5), "mean": estimate(0.1)}],
    }))
    .unwrap();
    let all = draw(&result, Language::En);
    let figure = find(&all, "features");
    assert_legible(figure);
    let unseen = |c: char| c != '\n' && (c.is_control() || "\u{202e}\u{ffff}".contains(c));
    assert!(!figure.svg.contains(unseen) && !figure.alt.contains(unseen));
    assert!(!figure.alt.contains(&"x".repeat(100)));
}

#[test]
fn small_groups_leave_no_trace() {
    let result = cases::sixty();
    for language in Language::ALL {
        for figure in draw(&result, language) {
            assert!(!format!("{figure:?}").contains("Geheim"), "{}", figure.id);
        }
    }
    let age = cases::undefined();
    let shown = |hide_below| {
        let all = figures(&age, Language::En, &Options { hide_below }).unwrap();
        all.iter().any(|f| f.svg.contains("(missing)"))
    };
    assert!(shown(3) && !shown(4));
}

/// With one small group alone, the line of all rows and the other groups would tell its rate.
#[test]
fn what_would_give_a_small_group_away_is_hidden_too() {
    let mut result = cases::leads();
    result.groups[0].n = 4;
    let names = |hide_below| {
        let all = figures(&result, Language::En, &Options { hide_below }).unwrap();
        let svg = &find(&all, "rates-gender").svg;
        ["divers", "(missing)", "weiblich"].map(|name| svg.contains(name))
    };
    assert_eq!(names(5), [false, false, true]);
    assert_eq!(names(4), [true, true, true]);
    let suppressed = privacy::suppress(&result, &privacy::Hidden::below(&result, 5));
    assert_eq!(draw(&suppressed, Language::En), draw(&result, Language::En));
}

#[test]
fn estimates_on_few_rows_are_hidden_in_groups_that_are_shown() {
    let mut result = cases::leads();
    let divers = result
        .groups
        .iter_mut()
        .find(|g| g.attributes["gender"].as_deref() == Some("divers"))
        .unwrap();
    divers.metrics["true_positive_rate"].n = 4;
    let all = draw(&result, Language::En);
    assert!(!find(&all, "rates-gender").svg.contains("52.5%"));
    assert!(!find(&all, "disparities-gender").svg.contains("16.7"));
    let all = draw(&cases::leads(), Language::En);
    assert!(find(&all, "rates-gender").svg.contains("52.5%"));
    assert!(find(&all, "disparities-gender").svg.contains("16.7"));
}

#[test]
fn no_group_is_compared_with_a_hidden_reference() {
    let mut result = cases::leads();
    result.settings.references["gender"] = Some("divers".to_owned());
    let all = figures(&result, Language::En, &Options { hide_below: 161 }).unwrap();
    assert!(all.iter().all(|f| !f.id.starts_with("disparities")));
    assert!(all.iter().all(|f| !format!("{f:?}").contains("divers")));
}

#[test]
fn png_has_the_size_asked_for() {
    let figure = draw(&cases::leads(), Language::De).remove(0);
    let image = Pixmap::decode_png(&figure.png(2.0).unwrap()).unwrap();
    assert_eq!(
        (image.width(), image.height()),
        (2 * figure.width, 2 * figure.height)
    );
    let dark = image.pixels().iter().filter(|p| p.red() < 60).count();
    assert!(dark > 1000, "only {dark} dark pixels: the text is missing");
    for scale in [0.0, -1.0, f32::NAN, f32::INFINITY, 1e6, 1e-9] {
        assert!(
            matches!(figure.png(scale), Err(ChartError::Scale { .. })),
            "{scale}"
        );
    }
}

#[test]
fn numbers_and_words_follow_the_language() {
    let all = draw(&cases::leads(), Language::De);
    let (rates, forest) = (find(&all, "rates-gender"), find(&all, "disparities-gender"));
    assert!(rates.svg.contains("35,0\u{202f}%") && rates.svg.contains("9.000"));
    assert!(
        rates.alt.contains("am höchsten männlich (35,0\u{202f}%)"),
        "{}",
        rates.alt
    );
    assert!(
        forest.svg.contains("Verstoß")
            && forest.svg.contains("\u{2212}11,9")
            && forest.svg.contains("; ")
    );
    let all = draw(&cases::leads(), Language::En);
    let rates = find(&all, "rates-gender");
    assert!(
        rates.svg.contains("35.0%")
            && rates.svg.contains("9,000")
            && rates.title == "Rates by gender"
    );
    for figure in every() {
        let words = texts(&figure.svg)
            .into_iter()
            .map(|t| t.0)
            .collect::<Vec<_>>()
            .join(" ")
            + &figure.alt;
        assert!(
            !words.contains("chart.") && !words.contains('{'),
            "{}: {words}",
            figure.id
        );
    }
}

#[test]
fn states_differ_in_shape_and_the_margin_is_shaded() {
    let svg = |result: &AuditResult| {
        find(&draw(result, Language::En), "disparities-gender")
            .svg
            .clone()
    };
    let result = cases::leads();
    let states = |state| {
        result
            .findings
            .iter()
            .filter(|f| f.state == state && f.waived_by.is_none())
            .count()
    };
    let judged = svg(&result);
    // A filled diamond for each breach and one in the legend; a waived one is hollow: two diamonds.
    let waived = result
        .findings
        .iter()
        .filter(|f| f.waived_by.is_some())
        .count();
    assert!(states(State::Breach) > 0 && states(State::Inconclusive) > 0 && waived > 0);
    let diamonds = judged
        .matches("<polygon opacity=\"1\" fill=\"#B83C04\"")
        .count();
    assert_eq!(diamonds, states(State::Breach) + 1 + waived + 1);
    let rings = judged
        .matches("fill=\"#8A5C00\" stroke=\"none\" stroke-width")
        .count();
    assert_eq!(rings, states(State::Inconclusive) + 1);
    // Three panels are judged; one swatch stands in the legend.
    assert_eq!(judged.matches("fill=\"#E2EDF6\"").count(), 3 + 1);
    let mut free = result.clone();
    free.findings.clear();
    let free = svg(&free);
    assert!(!free.contains("#E2EDF6") && !free.contains("#B83C04") && free.contains("Not judged"));
}

#[test]
fn groups_known_by_probabilities_show_all_that_may_be() {
    let result = cases::memberships();
    let all = draw(&result, Language::De);
    let figure = find(&all, "membership-herkunft");
    let svg = &figure.svg;
    // Two groups in three panels and the legend have bars; the small one and one that would give it away
    // are hidden.
    assert_eq!(svg.matches("fill=\"#B5D0E6\"").count(), 2 * 3 + 1);
    for text in [
        "p_übrige",
        "Alles, was sein kann",
        "Nach wahrscheinlichster Gruppe",
        "6.200",
        "∞)",
    ] {
        assert!(svg.contains(text), "{text}");
    }
    // What the policy tolerates is shaded in the panel that it judges.
    assert_eq!(svg.matches("fill=\"#E2EDF6\"").count(), 1 + 1);
    assert!(figure.alt.contains("2 × offen"), "{}", figure.alt);
    assert!(!format!("{all:?}").contains("Geheim"));
    let mut hidden = result.clone();
    hidden.membership[0].groups[0].expected = Some(2.0);
    let all = draw(&hidden, Language::De);
    assert!(all.iter().all(|f| !f.id.starts_with("membership")));
}

#[test]
fn open_intervals_end_in_arrows() {
    let all = draw(&cases::undefined(), Language::En);
    let svg = &find(&all, "disparities-age").svg;
    assert!(svg.contains("∞)") && svg.contains("(−∞"));
    assert!(svg.contains("Arrow: the interval goes on"));
    let all = draw(&cases::leads(), Language::En);
    assert!(!find(&all, "disparities-gender").svg.contains("Arrow"));
}

#[test]
fn at_most_forty_groups_are_drawn_and_a_breach_always_is() {
    let mut result = cases::sixty();
    let smallest = result
        .groups
        .iter()
        .filter(|g| g.n > 5)
        .min_by_key(|g| g.n)
        .unwrap();
    let name = smallest.attributes["sales_rep"].clone().unwrap();
    let drawn = |result: &AuditResult| {
        let all = draw(result, Language::En);
        let texts = texts(&find(&all, "disparities-sales_rep").svg);
        texts
            .into_iter()
            .map(|t| t.0)
            .filter(|t| t.starts_with("Vertriebsgebiet"))
            .collect::<Vec<_>>()
    };
    let before = drawn(&result);
    assert!(before.len() == 40 && !before.contains(&name));
    result
        .findings
        .iter_mut()
        .find(|f| f.group.as_ref() == Some(&name))
        .unwrap()
        .state = State::Breach;
    let after = drawn(&result);
    assert!(after.len() == 40 && after.contains(&name));
}

#[test]
fn intersections_show_what_the_policy_judges() {
    let all = draw(&cases::intersection(), Language::En);
    let figure = find(&all, "disparities-gender-x-groesse-m");
    assert!(figure.svg.contains("6 of 12 groups are shown") && !figure.svg.contains("(missing)"));
    let mut result = cases::intersection();
    result.findings.clear();
    let all = draw(&result, Language::En);
    assert!(
        find(&all, "disparities-gender-x-groesse-m")
            .svg
            .contains("(missing)")
    );
}

#[test]
fn one_group_has_rates_but_nothing_to_compare() {
    let ids: Vec<String> = draw(&cases::single(), Language::En)
        .into_iter()
        .map(|f| f.id)
        .collect();
    assert_eq!(ids, ["rates-team"]);
}

#[test]
fn ids_are_unique_even_if_attributes_look_alike() {
    let mut result = cases::single();
    let mut twin = result.groups[0].clone();
    twin.attributes = [("Team!".to_owned(), Some("x".to_owned()))]
        .into_iter()
        .collect();
    result.groups.push(twin);
    result.settings.views.push(vec!["Team!".to_owned()]);
    let ids: Vec<String> = draw(&result, Language::En)
        .into_iter()
        .map(|f| f.id)
        .collect();
    assert_eq!(ids, ["rates-team", "rates-team-2"]);
}

#[test]
fn absurd_numbers_neither_break_nor_reach_a_figure() {
    let absurd = [f64::NAN, f64::INFINITY, -1e308, 1e308, 1e-308, 0.0];
    for (i, value) in absurd.into_iter().enumerate() {
        let mut result = cases::leads();
        let spoil = |e: &mut EstimateDoc| {
            e.value = Some(value);
            e.low = Some(absurd[(i + 1) % absurd.len()]);
            e.high = Some(absurd[(i + 2) % absurd.len()]);
        };
        result
            .groups
            .iter_mut()
            .flat_map(|g| g.metrics.values_mut())
            .for_each(spoil);
        result
            .disparities
            .iter_mut()
            .for_each(|d| spoil(&mut d.estimate));
        result
            .findings
            .iter_mut()
            .for_each(|f| spoil(&mut f.estimate));
        result.distributions[0].edges[3] = value;
        result.distributions[1].shares[3] = value;
        result.distributions[2].edges.clear();
        for figure in draw(&result, Language::De) {
            parse(&figure.svg);
            assert!(
                !figure.svg.contains("NaN") && !figure.svg.contains("inf"),
                "{}: {value}",
                figure.id
            );
        }
    }
}

#[test]
fn the_font_travels_with_the_figure() {
    let css = font_face_css();
    assert_eq!(css.matches("@font-face").count(), 2);
    let figure = draw(&cases::single(), Language::En).remove(0);
    assert!(figure.svg_with_font().contains(&css) && !figure.svg.contains("@font-face"));
    assert!(figure.svg.contains("font-family=\"Inter, sans-serif\""));
}
