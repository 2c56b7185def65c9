//! The messages of ONNX, as far as models of trees and lines need them.

use super::wire::{self, Fields, Result};

/// `ModelProto`.
#[derive(Default)]
pub struct Model<'a> {
    pub producer: &'a str,
    pub version: &'a str,
    pub graph: Option<Graph<'a>>,
}

/// `GraphProto`.
#[derive(Default)]
pub struct Graph<'a> {
    pub nodes: Vec<Node<'a>>,
    pub initializers: Vec<Tensor<'a>>,
    pub inputs: Vec<Input<'a>>,
}

/// `NodeProto`.
#[derive(Default)]
pub struct Node<'a> {
    pub inputs: Vec<&'a str>,
    pub outputs: Vec<&'a str>,
    pub op: &'a str,
    pub attributes: Vec<Attribute<'a>>,
}

/// `AttributeProto`.
#[derive(Default)]
pub struct Attribute<'a> {
    pub name: &'a str,
    pub int: i64,
    pub text: &'a [u8],
    pub tensor: Option<Tensor<'a>>,
    pub floats: Vec<f64>,
    pub ints: Vec<i64>,
    pub texts: Vec<&'a [u8]>,
}

/// `TensorProto`.
#[derive(Default)]
pub struct Tensor<'a> {
    pub name: &'a str,
    kind: i64,
    floats: Vec<f64>,
    doubles: Vec<f64>,
    ints: Vec<i64>,
    raw: Option<&'a [u8]>,
    elsewhere: bool,
}

/// `ValueInfoProto` of a graph's input: a tensor's type and its last dimension.
#[derive(Default)]
pub struct Input<'a> {
    pub name: &'a str,
    pub kind: i64,
    pub width: Option<i64>,
}

pub const FLOAT: i64 = 1;
pub const UINT8: i64 = 2;
pub const INT32: i64 = 6;
pub const INT64: i64 = 7;
pub const DOUBLE: i64 = 11;

pub fn model(bytes: &[u8]) -> Result<Model<'_>> {
    let mut model = Model::default();
    let mut fields = Fields(bytes);
    while let Some((number, value)) = fields.next()? {
        match number {
            2 => model.producer = value.text()?,
            3 => model.version = value.text()?,
            7 => model.graph = Some(graph(value.bytes()?)?),
            _ => {}
        }
    }
    Ok(model)
}

fn graph(bytes: &[u8]) -> Result<Graph<'_>> {
    let mut graph = Graph::default();
    let mut fields = Fields(bytes);
    while let Some((number, value)) = fields.next()? {
        match number {
            1 => graph.nodes.push(node(value.bytes()?)?),
            5 => graph.initializers.push(tensor(value.bytes()?)?),
            11 => graph.inputs.push(input(value.bytes()?)?),
            _ => {}
        }
    }
    Ok(graph)
}

fn node(bytes: &[u8]) -> Result<Node<'_>> {
    let mut node = Node::default();
    let mut fields = Fields(bytes);
    while let Some((number, value)) = fields.next()? {
        match number {
            1 => node.inputs.push(value.text()?),
            2 => node.outputs.push(value.text()?),
            4 => node.op = value.text()?,
            5 => node.attributes.push(attribute(value.bytes()?)?),
            _ => {}
        }
    }
    Ok(node)
}

fn attribute(bytes: &[u8]) -> Result<Attribute<'_>> {
    let mut attribute = Attribute::default();
    let mut fields = Fields(bytes);
    while let Some((number, value)) = fields.next()? {
        match number {
            1 => attribute.name = value.text()?,
            3 => attribute.int = value.int()?,
            4 => attribute.text = value.bytes()?,
            5 => attribute.tensor = Some(tensor(value.bytes()?)?),
            7 => value.floats(&mut attribute.floats)?,
            8 => value.ints(&mut attribute.ints)?,
            9 => attribute.texts.push(value.bytes()?),
            _ => {}
        }
    }
    Ok(attribute)
}

fn tensor(bytes: &[u8]) -> Result<Tensor<'_>> {
    let mut tensor = Tensor::default();
    let mut fields = Fields(bytes);
    while let Some((number, value)) = fields.next()? {
        match number {
            2 => tensor.kind = value.int()?,
            4 => value.floats(&mut tensor.floats)?,
            5 | 7 => value.ints(&mut tensor.ints)?,
            8 => tensor.name = value.text()?,
            9 => tensor.raw = Some(value.bytes()?),
            10 => value.doubles(&mut tensor.doubles)?,
            14 => tensor.elsewhere = value.int()? == 1,
            _ => {}
        }
    }
    Ok(tensor)
}

fn input(bytes: &[u8]) -> Result<Input<'_>> {
    let mut input = Input::default();
    let mut fields = Fields(bytes);
    while let Some((number, value)) = fields.next()? {
        match number {
            1 => input.name = value.text()?,
            // TypeProto, its tensor_type.
            2 => {
                let mut kind = Fields(value.bytes()?);
                while let Some((number, value)) = kind.next()? {
                    if number == 1 {
                        tensor_type(value.bytes()?, &mut input)?;
                    }
                }
            }
            _ => {}
        }
    }
    Ok(input)
}

fn tensor_type<'a>(bytes: &'a [u8], input: &mut Input<'a>) -> Result<()> {
    let mut fields = Fields(bytes);
    while let Some((number, value)) = fields.next()? {
        match number {
            1 => input.kind = value.int()?,
            2 => {
                let mut shape = Fields(value.bytes()?);
                while let Some((_, dimension)) = shape.next()? {
                    input.width = None;
                    let mut parts = Fields(dimension.bytes()?);
                    while let Some((number, value)) = parts.next()? {
                        if number == 1 {
                            input.width = Some(value.int()?);
                        }
                    }
                }
            }
            _ => {}
        }
    }
    Ok(())
}

impl Tensor<'_> {
    /// Its numbers; `None` when it holds none.
    pub fn numbers(&self) -> Result<Vec<f64>> {
        if self.elsewhere {
            return Err("a tensor lies in another file");
        }
        match (self.kind, self.raw) {
            (FLOAT, None) => Ok(self.floats.clone()),
            (FLOAT, Some(raw)) => Ok(wire::floats(raw)?.collect()),
            (DOUBLE, None) => Ok(self.doubles.clone()),
            (DOUBLE, Some(raw)) => Ok(wire::doubles(raw)?.collect()),
            _ => Err("a tensor is neither float nor double"),
        }
    }

    /// Its bytes, of a tensor of type `uint8`.
    pub fn small(&self) -> Result<Vec<i64>> {
        match (self.kind, self.raw) {
            (UINT8, None) => Ok(self.ints.clone()),
            (UINT8, Some(raw)) => Ok(raw.iter().map(|b| i64::from(*b)).collect()),
            _ => Err("a tensor is not of type uint8"),
        }
    }
}
