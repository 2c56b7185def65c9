use super::*;
use crate::model::CategoryRule;

/// A message in the making.
#[derive(Default, Clone)]
struct Message(Vec<u8>);

impl Message {
    fn varint(mut self, field: u32, value: u64) -> Self {
        number(&mut self.0, u64::from(field) << 3);
        number(&mut self.0, value);
        self
    }

    fn bytes(mut self, field: u32, bytes: &[u8]) -> Self {
        number(&mut self.0, u64::from(field) << 3 | 2);
        number(&mut self.0, bytes.len() as u64);
        self.0.extend_from_slice(bytes);
        self
    }

    fn message(self, field: u32, inner: &Self) -> Self {
        self.bytes(field, &inner.0)
    }
}

fn number(to: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        to.push(value as u8 | 0x80);
        value >>= 7;
    }
    to.push(value as u8);
}

fn ints(name: &str, values: &[i64]) -> Message {
    let mut packed = Vec::new();
    values.iter().for_each(|v| number(&mut packed, *v as u64));
    Message::default()
        .bytes(1, name.as_bytes())
        .bytes(8, &packed)
}

fn int(name: &str, value: i64) -> Message {
    Message::default()
        .bytes(1, name.as_bytes())
        .varint(3, value as u64)
}

fn floats(name: &str, values: &[f32]) -> Message {
    let packed: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
    Message::default()
        .bytes(1, name.as_bytes())
        .bytes(7, &packed)
}

fn text(name: &str, value: &str) -> Message {
    Message::default()
        .bytes(1, name.as_bytes())
        .bytes(4, value.as_bytes())
}

fn texts(name: &str, values: &[&str]) -> Message {
    let message = Message::default().bytes(1, name.as_bytes());
    values.iter().fold(message, |m, v| m.bytes(9, v.as_bytes()))
}

fn tensor(name: &str, kind: u64, raw: &[u8]) -> Message {
    let tensor = Message::default().varint(2, kind).bytes(9, raw);
    Message::default()
        .bytes(1, name.as_bytes())
        .message(5, &tensor)
}

fn node(op: &str, from: &str, to: &str, attributes: &[Message]) -> Message {
    let message = Message::default()
        .bytes(1, from.as_bytes())
        .bytes(2, to.as_bytes())
        .bytes(4, op.as_bytes());
    attributes.iter().fold(message, |m, a| m.message(5, a))
}

fn graph(nodes: &[Message], features: u64) -> Vec<u8> {
    let dimension = Message::default().varint(1, features);
    let shape = Message::default()
        .message(1, &dimension)
        .message(1, &dimension);
    let kind = Message::default().varint(1, 1).message(2, &shape);
    let kind = Message::default().message(1, &kind);
    let input = Message::default().bytes(1, b"X").message(2, &kind);
    let graph = nodes
        .iter()
        .fold(Message::default(), |m, n| m.message(1, n));
    let graph = graph.message(11, &input);
    Message::default().varint(1, 8).message(7, &graph).0
}

/// `x0 <= 0.5 ? 1 : 2`, its attributes replaced by those of the same name.
fn stump(changed: &[(&str, Message)]) -> Vec<u8> {
    ensemble("TreeEnsembleRegressor", "target", changed)
}

fn ensemble(op: &str, kind: &str, changed: &[(&str, Message)]) -> Vec<u8> {
    let of = |field: &str| format!("{kind}_{field}");
    let own = [
        ints("nodes_treeids", &[4, 4, 4]),
        ints("nodes_nodeids", &[0, 1, 2]),
        ints("nodes_featureids", &[0, 0, 0]),
        texts("nodes_modes", &["BRANCH_LEQ", "LEAF", "LEAF"]),
        floats("nodes_values", &[0.5, 0.0, 0.0]),
        ints("nodes_truenodeids", &[1, 0, 0]),
        ints("nodes_falsenodeids", &[2, 0, 0]),
        ints(&of("treeids"), &[4, 4]),
        ints(&of("nodeids"), &[1, 2]),
        ints(&of("ids"), &[0, 0]),
        floats(&of("weights"), &[1.0, 2.0]),
    ];
    // The name comes first: its field, its length, itself.
    let is = |message: &Message, name: &str| {
        message.0[2..].starts_with(name.as_bytes()) && usize::from(message.0[1]) == name.len()
    };
    let kept = own
        .iter()
        .filter(|m| !changed.iter().any(|(name, _)| is(m, name)));
    let attributes: Vec<Message> = kept
        .chain(changed.iter().map(|(_, m)| m))
        .cloned()
        .collect();
    graph(&[node(op, "X", "Y", &attributes)], 2)
}

fn margin(bytes: &[u8], row: &[f64]) -> Vec<f64> {
    let model = read(bytes).expect("a model");
    let mut out = vec![0.0; model.outputs()];
    model.margin(row, &mut out);
    out
}

fn refused(bytes: &[u8]) -> String {
    read(bytes).expect_err("refused").to_string()
}

#[test]
fn a_stump_compares_in_single_precision_and_has_no_covers() {
    let bytes = stump(&[]);
    assert!(detect(&bytes));
    // Rounds onto the threshold.
    assert_eq!(margin(&bytes, &[0.500_000_001, 0.0]), [1.0]);
    assert_eq!(margin(&bytes, &[0.6, 0.0]), [2.0]);
    assert_eq!(margin(&bytes, &[f64::NAN, 0.0]), [2.0], "missing is false");
    let model = read(&bytes).expect("a model");
    assert!(!model.covers && model.category == CategoryRule::Exact);
}

#[test]
fn base_values_are_added_after_the_average() {
    let bytes = stump(&[
        ("base_values", floats("base_values", &[10.0])),
        ("aggregate_function", text("aggregate_function", "AVERAGE")),
    ]);
    assert_eq!(margin(&bytes, &[0.0, 0.0]), [11.0]);
}

#[test]
fn two_classes_with_one_id_have_one_margin() {
    let changed = [
        ("labels", ints("classlabels_int64s", &[0, 1])),
        ("post_transform", text("post_transform", "LOGISTIC")),
        ("base_values", floats("base_values", &[0.25])),
    ];
    let bytes = ensemble("TreeEnsembleClassifier", "class", &changed);
    assert_eq!(margin(&bytes, &[0.0, 0.0]), [1.25]);
    let model = read(&bytes).expect("a model");
    assert_eq!(model.link, Link::Logistic { scale: 1.0 });
}

#[test]
fn what_cannot_be_explained_is_refused_by_name() {
    let bytes = stump(&[("aggregate_function", text("aggregate_function", "MAX"))]);
    assert!(refused(&bytes).contains("MAX"));
    let scaled = graph(
        &[
            node("Normalizer", "X", "S", &[]),
            node("TreeEnsemble", "S", "Y", &[]),
        ],
        2,
    );
    assert!(refused(&scaled).contains("Normalizer before"));
    let behind = graph(
        &[
            node("TreeEnsemble", "X", "Y", &[]),
            node("Erf", "Y", "Z", &[]),
        ],
        2,
    );
    assert!(refused(&behind).contains("Erf behind"));
    assert!(refused(&graph(&[node("SVMClassifier", "X", "Y", &[])], 2)).contains("SVMClassifier"));
    let two = [
        node("TreeEnsemble", "X", "Y", &[]),
        node("TreeEnsemble", "Y", "Z", &[]),
    ];
    assert!(refused(&graph(&two, 2)).contains("not exactly one"));
    let cycle = [
        node("Identity", "A", "A", &[]),
        node("TreeEnsemble", "A", "Y", &[]),
    ];
    assert!(refused(&graph(&cycle, 2)).contains("depends on itself"));
}

#[test]
fn damage_is_named() {
    for (name, message, words) in [
        (
            "nodes_values",
            floats("nodes_values", &[f32::NAN, 0.0, 0.0]),
            "tree 4",
        ),
        (
            "nodes_values",
            floats("nodes_values", &[0.5]),
            "nodes_values: it has 1",
        ),
        (
            "nodes_featureids",
            ints("nodes_featureids", &[7, 0, 0]),
            "feature 7",
        ),
        (
            "nodes_featureids",
            ints("nodes_featureids", &[-1, 0, 0]),
            "tree 4, node 0",
        ),
        (
            "nodes_truenodeids",
            ints("nodes_truenodeids", &[9, 0, 0]),
            "no node 9",
        ),
        (
            "nodes_truenodeids",
            ints("nodes_truenodeids", &[0, 0, 0]),
            "not all its nodes",
        ),
        (
            "nodes_truenodeids",
            ints("nodes_truenodeids", &[2, 0, 0]),
            "without a parent",
        ),
        ("nodes_nodeids", ints("nodes_nodeids", &[0, 1, 1]), "twice"),
        (
            "nodes_modes",
            texts("nodes_modes", &["BRANCH_UP", "LEAF", "LEAF"]),
            "BRANCH_UP",
        ),
        (
            "target_nodeids",
            ints("target_nodeids", &[1, 5]),
            "target_ids, tree 4, node 5",
        ),
        (
            "target_nodeids",
            ints("target_nodeids", &[1, 1]),
            "occurs twice",
        ),
        (
            "target_ids",
            ints("target_ids", &[0, 3]),
            "from 0 to below 1",
        ),
        (
            "target_weights",
            floats("target_weights", &[1.0, f32::INFINITY]),
            "tree 4",
        ),
        ("n_targets", int("n_targets", 1 << 40), "n_targets"),
        ("post_transform", text("post_transform", "MAGIC"), "MAGIC"),
        (
            "base_values",
            floats("base_values", &[1.0, 2.0]),
            "base_values",
        ),
        (
            "nodes_values_as_tensor",
            tensor("nodes_values_as_tensor", 11, &[0; 24]),
            "both as a list",
        ),
    ] {
        let text = refused(&stump(&[(name, message)]));
        assert!(text.contains(words), "{name}: {text}");
    }
}

#[test]
fn a_probit_is_left_to_the_reader_of_margins() {
    let model = read(&stump(&[(
        "post_transform",
        text("post_transform", "PROBIT"),
    )]));
    let model = model.expect("a model");
    assert_eq!(model.link, Link::Unknown);
    assert!(model.source.notes[0].contains("PROBIT"));
}

#[test]
fn claimed_outputs_without_weights_are_not_allocated() {
    // 65 536 outputs of which one leaf names two: a leaf of all would be half a megabyte.
    let many = 1_i64 << 16;
    let n = 4_000_usize;
    let tree = |i: usize| i as i64 / 2;
    let ids: Vec<i64> = (0..n).map(tree).collect();
    let zeros = vec![0_i64; n];
    let leaves: Vec<i64> = (0..n as i64 / 2).collect();
    let attributes = [
        ints("nodes_treeids", &leaves),
        ints("nodes_nodeids", &zeros[..n / 2]),
        ints("nodes_featureids", &zeros[..n / 2]),
        texts("nodes_modes", &vec!["LEAF"; n / 2]),
        floats("nodes_values", &vec![0.0; n / 2]),
        ints("nodes_truenodeids", &zeros[..n / 2]),
        ints("nodes_falsenodeids", &zeros[..n / 2]),
        ints("target_treeids", &ids),
        ints("target_nodeids", &zeros),
        ints("target_ids", &(0..n as i64).collect::<Vec<_>>()),
        floats("target_weights", &vec![1.0; n]),
        int("n_targets", many),
    ];
    let bytes = graph(&[node("TreeEnsembleRegressor", "X", "Y", &attributes)], 2);
    assert!(refused(&bytes).contains("leaf values"));
}
