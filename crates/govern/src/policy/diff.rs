//! Two policies side by side: every change, and whether more or less is demanded.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use waage_result::finding::Bilingual;
use waage_result::policy::{
    Effect, POLICY_DIFF_SCHEMA, PolicyChange, PolicyDiff, PolicyName, PolicyOverride,
};

use super::Policy;
use super::effect::{Around, effect, rule};

/// Sections that are lists of elements, and what names an element.
const LISTS: [(&str, &str); 4] = [
    ("attribute", "name"),
    ("intersection", "attributes"),
    ("check", "id"),
    ("waiver", "id"),
];
/// Sections that are tables of elements by name.
const NAMED: [&str; 3] = ["family", "gate", "documents"];
/// Tables within sections whose entries are compared one by one.
const ENTRIES: [&str; 3] = ["max_residual", "required_signatures", "shares"];
/// Sections of single keys.
const PLAIN: [&str; 7] = [
    "system",
    "people",
    "risk_appetite",
    "data",
    "business",
    "review",
    "privacy",
];

/// Every difference between two policies, defaults filled in.
///
/// ```
/// use waage_govern::Policy;
/// use waage_result::policy::Effect;
/// let policy = |margin: &str| {
///     let text = format!("schema = \"waage/policy/1\"\n[[check]]\nid = \"FAIR-01\"\n\
///         metric = \"selection_rate\"\ncomparison = \"difference\"\nattribute = \"gender\"\n\
///         op = \"<=\"\nmargin = {margin}\n");
///     Policy::parse(&text, "audit.toml").unwrap()
/// };
/// let diff = waage_govern::policy::diff(&policy("0.05"), &policy("0.1"));
/// assert_eq!(diff.changes[0].key, "check.FAIR-01.margin");
/// assert_eq!(diff.effect, Effect::Looser);
/// ```
#[must_use]
pub fn diff(old: &Policy, new: &Policy) -> PolicyDiff {
    let changes = changes(old, new);
    PolicyDiff {
        schema: POLICY_DIFF_SCHEMA.to_owned(),
        old: name(old),
        new: name(new),
        effect: changes
            .iter()
            .map(|c| c.effect)
            .max()
            .unwrap_or(Effect::Neutral),
        changes,
    }
}

fn name(policy: &Policy) -> PolicyName {
    PolicyName {
        file: policy.file().to_owned(),
        digest: policy.digest(),
    }
}

/// What a policy changes of the one that it extends; sections that it merely adds change nothing.
pub(super) fn overrides(base: &str, old: &Policy, new: &Policy) -> Vec<PolicyOverride> {
    changes(old, new)
        .into_iter()
        .filter(|change| change.from.is_some() || change.effect != Effect::Neutral)
        .map(|change| PolicyOverride {
            base: base.to_owned(),
            change,
        })
        .collect()
}

fn changes(old: &Policy, new: &Policy) -> Vec<PolicyChange> {
    let document = |policy: &Policy| serde_json::to_value(policy).unwrap_or_default();
    let (old, new) = (document(old), document(new));
    let mut walk = Walk {
        policy: (&old, &new),
        changes: Vec::new(),
    };
    walk.key("", "", "inconclusive", (&old, &new));
    for section in PLAIN {
        walk.table(section, section, (&old[section], &new[section]));
    }
    for (section, id) in LISTS {
        walk.list(section, id);
    }
    for section in NAMED {
        let (a, b) = (entries(&old[section]), entries(&new[section]));
        walk.elements(section, &a, &b);
    }
    walk.changes.sort_by(|a, b| a.key.cmp(&b.key));
    walk.changes
}

/// Elements with their names, in order.
type Elements<'a> = Vec<(String, &'a Value)>;

struct Walk<'a> {
    policy: (&'a Value, &'a Value),
    changes: Vec<PolicyChange>,
}

impl Walk<'_> {
    fn push(&mut self, path: String, section: &str, key: &str, pair: Pair<'_>, element: Both<'_>) {
        let around = Around {
            element,
            policy: self.policy,
        };
        let (effect, why) = effect(rule(section, key), pair.0, pair.1, around);
        self.changes.push(PolicyChange {
            key: path,
            from: pair.0.cloned(),
            to: pair.1.cloned(),
            effect,
            why,
        });
    }

    /// One key of a table, or every entry of it where entries are compared one by one.
    fn key(&mut self, path: &str, section: &str, key: &str, tables: Both<'_>) {
        let (old, new) = (present(tables.0.get(key)), present(tables.1.get(key)));
        if old == new {
            return;
        }
        let path = match path {
            "" => key.to_owned(),
            path => format!("{path}.{key}"),
        };
        if !ENTRIES.contains(&key) {
            self.push(path, section, key, (old, new), tables);
            return;
        }
        let empty = Value::Null;
        let (old, new) = (old.unwrap_or(&empty), new.unwrap_or(&empty));
        for entry in names(old, new) {
            let pair = (present(old.get(&entry)), present(new.get(&entry)));
            if pair.0 != pair.1 {
                let inner = format!("{key}.{entry}");
                self.push(format!("{path}.{entry}"), section, &inner, pair, tables);
            }
        }
    }

    fn table(&mut self, path: &str, section: &str, tables: Both<'_>) {
        for key in names(tables.0, tables.1) {
            self.key(path, section, &key, tables);
        }
    }

    fn list(&mut self, section: &str, id: &str) {
        let (old, new) = (self.policy.0, self.policy.1);
        let (a, b) = (listed(&old[section], id), listed(&new[section], id));
        self.elements(section, &a, &b);
        let order = |of: &Elements<'_>, within: &Elements<'_>| -> Vec<Value> {
            of.iter()
                .filter(|(name, _)| within.iter().any(|(other, _)| other == name))
                .map(|(name, _)| Value::from(name.clone()))
                .collect()
        };
        let (from, to) = (order(&a, &b), order(&b, &a));
        if from != to {
            self.changes.push(PolicyChange {
                key: section.to_owned(),
                from: Some(from.into()),
                to: Some(to.into()),
                effect: Effect::Neutral,
                why: Bilingual {
                    de: "nur die Reihenfolge ändert sich".to_owned(),
                    en: "the order alone changes".to_owned(),
                },
            });
        }
    }

    fn elements(&mut self, section: &str, old: &Elements<'_>, new: &Elements<'_>) {
        let find = |list: &Elements<'_>, id: &str| {
            list.iter()
                .find(|(name, _)| name == id)
                .map(|(_, v)| (*v).clone())
        };
        let ids: BTreeSet<&String> = old.iter().chain(new).map(|(name, _)| name).collect();
        for id in ids {
            let path = format!("{section}.{id}");
            match (find(old, id), find(new, id)) {
                (Some(a), Some(b)) => self.table(&path, section, (&a, &b)),
                (a, b) => {
                    let none = Value::Null;
                    let element = (a.as_ref().unwrap_or(&none), b.as_ref().unwrap_or(&none));
                    self.push(path, section, "", (a.as_ref(), b.as_ref()), element);
                }
            }
        }
    }
}

type Pair<'v> = (Option<&'v Value>, Option<&'v Value>);
type Both<'v> = (&'v Value, &'v Value);

/// A value that says something: an empty list or table is as good as none.
fn present(value: Option<&Value>) -> Option<&Value> {
    value.filter(|value| match value {
        Value::Null => false,
        Value::Array(items) => !items.is_empty(),
        Value::Object(map) => !map.is_empty(),
        _ => true,
    })
}

fn names(old: &Value, new: &Value) -> BTreeSet<String> {
    let keys = |value: &Value| {
        value
            .as_object()
            .map(Map::keys)
            .into_iter()
            .flatten()
            .cloned()
            .collect::<Vec<_>>()
    };
    keys(old).into_iter().chain(keys(new)).collect()
}

fn entries(table: &Value) -> Elements<'_> {
    let map = table.as_object().into_iter().flatten();
    map.map(|(name, value)| (name.clone(), value)).collect()
}

fn listed<'a>(list: &'a Value, id: &str) -> Elements<'a> {
    let items = list.as_array().into_iter().flatten();
    items
        .map(|item| {
            let name = match &item[id] {
                Value::String(name) => name.clone(),
                Value::Array(names) => {
                    let mut names: Vec<&str> = names.iter().filter_map(Value::as_str).collect();
                    names.sort_unstable();
                    names.join("*")
                }
                _ => String::new(),
            };
            (name, item)
        })
        .collect()
}
