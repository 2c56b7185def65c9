//! What readers promise: every format gives the same rows, every fault one clear sentence.

mod attributes;
mod broken;
mod cuts;
mod filters;
mod formats;
mod inspecting;
mod outcomes;
mod slices;
mod splits;
mod support;
