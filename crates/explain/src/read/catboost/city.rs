//! CityHash64 in its version 1.0, by which CatBoost knows categories.

const K0: u64 = 0xc3a5_c85c_97cb_3127;
const K1: u64 = 0xb492_b66f_be98_f273;
const K2: u64 = 0x9ae1_6a3b_2f90_404f;
const K3: u64 = 0xc949_d7c7_509e_6557;

/// The hash of a text.
pub fn hash64(text: &[u8]) -> u64 {
    match text.len() {
        0..=16 => up_to_16(text),
        17..=32 => up_to_32(text),
        33..=64 => up_to_64(text),
        _ => longer(text),
    }
}

fn word(text: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(text[at..at + 8].try_into().expect("eight bytes"))
}

fn half(text: &[u8], at: usize) -> u64 {
    u64::from(u32::from_le_bytes(
        text[at..at + 4].try_into().expect("four bytes"),
    ))
}

fn shift_mix(x: u64) -> u64 {
    x ^ (x >> 47)
}

fn mix(low: u64, high: u64) -> u64 {
    const MUL: u64 = 0x9ddf_ea08_eb38_2d69;
    let a = shift_mix((low ^ high).wrapping_mul(MUL));
    let b = shift_mix((high ^ a).wrapping_mul(MUL));
    b.wrapping_mul(MUL)
}

fn up_to_16(text: &[u8]) -> u64 {
    let n = text.len();
    match n {
        0 => K2,
        1..=3 => {
            let y = u32::from(text[0]) + (u32::from(text[n / 2]) << 8);
            let z = n as u32 + (u32::from(text[n - 1]) << 2);
            let sum = u64::from(y).wrapping_mul(K2) ^ u64::from(z).wrapping_mul(K3);
            shift_mix(sum).wrapping_mul(K2)
        }
        4..=8 => mix(n as u64 + (half(text, 0) << 3), half(text, n - 4)),
        _ => {
            let (a, b) = (word(text, 0), word(text, n - 8));
            mix(a, b.wrapping_add(n as u64).rotate_right(n as u32)) ^ b
        }
    }
}

fn up_to_32(text: &[u8]) -> u64 {
    let n = text.len();
    let a = word(text, 0).wrapping_mul(K1);
    let b = word(text, 8);
    let c = word(text, n - 8).wrapping_mul(K2);
    let d = word(text, n - 16).wrapping_mul(K0);
    let first = a.wrapping_sub(b).rotate_right(43);
    let second = (b ^ K3).rotate_right(20);
    mix(
        first.wrapping_add(c.rotate_right(30)).wrapping_add(d),
        a.wrapping_add(second)
            .wrapping_sub(c)
            .wrapping_add(n as u64),
    )
}

/// One half of the work on 33 to 64 bytes: from `a`, `z` and three more words.
fn fold(mut a: u64, z: u64, words: [u64; 2]) -> (u64, u64) {
    let b = a.wrapping_add(z).rotate_right(52);
    let mut c = a.rotate_right(37);
    a = a.wrapping_add(words[0]);
    c = c.wrapping_add(a.rotate_right(7));
    a = a.wrapping_add(words[1]);
    let second = b.wrapping_add(a.rotate_right(31)).wrapping_add(c);
    (a.wrapping_add(z), second)
}

fn up_to_64(text: &[u8]) -> u64 {
    let n = text.len();
    let start = (n as u64)
        .wrapping_add(word(text, n - 16))
        .wrapping_mul(K0)
        .wrapping_add(word(text, 0));
    let (vf, vs) = fold(start, word(text, 24), [word(text, 8), word(text, 16)]);
    let start = word(text, 16).wrapping_add(word(text, n - 32));
    let (wf, ws) = fold(
        start,
        word(text, n - 8),
        [word(text, n - 24), word(text, n - 16)],
    );
    let left = vf.wrapping_add(ws).wrapping_mul(K2);
    let right = wf.wrapping_add(vs).wrapping_mul(K0);
    let r = shift_mix(left.wrapping_add(right));
    shift_mix(r.wrapping_mul(K0).wrapping_add(vs)).wrapping_mul(K2)
}

fn weak(text: &[u8], at: usize, mut a: u64, mut b: u64) -> (u64, u64) {
    let [w, x, y, z] = [0, 8, 16, 24].map(|by| word(text, at + by));
    a = a.wrapping_add(w);
    b = b.wrapping_add(a).wrapping_add(z).rotate_right(21);
    let c = a;
    a = a.wrapping_add(x).wrapping_add(y);
    b = b.wrapping_add(a.rotate_right(44));
    (a.wrapping_add(z), b.wrapping_add(c))
}

fn longer(text: &[u8]) -> u64 {
    let n = text.len();
    let mut x = word(text, 0);
    let mut y = word(text, n - 16) ^ K1;
    let mut z = word(text, n - 56) ^ K0;
    let mut v = weak(text, n - 64, n as u64, y);
    let mut w = weak(text, n - 32, (n as u64).wrapping_mul(K1), K0);
    z = z.wrapping_add(shift_mix(v.1).wrapping_mul(K1));
    x = z.wrapping_add(x).rotate_right(39).wrapping_mul(K1);
    y = y.rotate_right(33).wrapping_mul(K1);
    for at in (0..(n - 1) & !63).step_by(64) {
        x = x
            .wrapping_add(y)
            .wrapping_add(v.0)
            .wrapping_add(word(text, at + 16));
        x = x.rotate_right(37).wrapping_mul(K1) ^ w.1;
        y = y.wrapping_add(v.1).wrapping_add(word(text, at + 48));
        y = y.rotate_right(42).wrapping_mul(K1) ^ v.0;
        z = (z ^ w.0).rotate_right(33);
        v = weak(text, at, v.1.wrapping_mul(K1), x.wrapping_add(w.0));
        w = weak(text, at + 32, z.wrapping_add(w.1), y);
        std::mem::swap(&mut z, &mut x);
    }
    let left = mix(v.0, w.0)
        .wrapping_add(shift_mix(y).wrapping_mul(K1))
        .wrapping_add(z);
    mix(left, mix(v.1, w.1).wrapping_add(x))
}
