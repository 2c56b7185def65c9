#![no_main]

mod common;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| common::read_and_judge(b"{\"class\"", bytes));
