//! Pieces of XML that exports share.
use std::fmt::Write;

/// A text inside double quotes.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\r' | '\t' => out.push(' '),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// Numbers with spaces between them, each as short as it reads the same.
pub fn numbers(v: &[f64]) -> String {
    v.iter().map(f64::to_string).collect::<Vec<_>>().join(" ")
}

/// One line, indented.
pub fn line(x: &mut String, depth: usize, text: &str) {
    // writing to a string cannot fail
    let _ = writeln!(x, "{:1$}{text}", "", 2 * depth);
}

/// Lengths of one, so that no reader rounds in its own way; what is one already stays.
pub fn unit<const N: usize>(v: [f64; N]) -> [f64; N] {
    let n = v.iter().map(|c| c * c).sum::<f64>().sqrt();
    if n > 1e-12 && (n - 1.0).abs() > 1e-12 { v.map(|c| c / n) } else { v }
}
