//! Pieces of HTML.
use std::fmt::Write as _;
use std::path::Path;

/// Larger files are not put into a page.
const LARGEST: u64 = 24 << 20;

/// Text as HTML shows it.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

/// A number in about four digits.
pub fn number(x: f64) -> String {
    let size = x.abs();
    if !x.is_finite() {
        return "–".into();
    }
    let text = match size {
        0.0 => return "0".into(),
        s if s >= 1000.0 => format!("{x:.0}"),
        s if s >= 100.0 => format!("{x:.1}"),
        s if s >= 1.0 => format!("{x:.2}"),
        s if s >= 0.001 => format!("{x:.4}"),
        _ => return format!("{x:.1e}"),
    };
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

/// A number in three digits, for tiles.
pub fn short(x: f64) -> String {
    if !x.is_finite() || x == 0.0 {
        return number(x);
    }
    let unit = 10f64.powf(2.0 - x.abs().log10().floor());
    number((x * unit).round() / unit)
}

/// A section with a heading; nothing if it has no content.
pub fn section(title: &str, about: &str, content: &str) -> String {
    if content.is_empty() {
        return String::new();
    }
    let about = if about.is_empty() { String::new() } else { format!("<p class=\"about\">{about}</p>\n") };
    format!("<section>\n<h2>{}</h2>\n{about}{content}</section>\n", escape(title))
}

/// A table; cells are HTML. A wide one scrolls by itself.
pub fn table(class: &str, header: &[&str], rows: &[Vec<String>]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let mut out = format!("<div class=\"wide\"><table class=\"{class}\">\n<thead><tr>");
    for cell in header {
        let _ = write!(out, "<th>{}</th>", escape(cell));
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for row in rows {
        out.push_str("<tr>");
        for cell in row {
            let _ = write!(out, "<td>{cell}</td>");
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody></table></div>\n");
    out
}

/// A picture inside the page; nothing where there is none.
pub fn picture(path: &Path, about: &str) -> String {
    let kind = match path.extension().and_then(|e| e.to_str()) {
        Some("gif") => "gif",
        _ => "png",
    };
    if std::fs::metadata(path).is_ok_and(|m| m.len() > LARGEST) {
        return String::new();
    }
    let Ok(bytes) = std::fs::read(path) else { return String::new() };
    let about = escape(about);
    format!(
        "<figure><img alt=\"{about}\" src=\"data:image/{kind};base64,{}\"><figcaption>{about}</figcaption></figure>\n",
        base64(&bytes)
    )
}

/// RFC 4648.
pub fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for part in bytes.chunks(3) {
        let word = part.iter().fold(0_u32, |w, b| w << 8 | u32::from(*b)) << (8 * (3 - part.len()));
        for i in 0..4 {
            let digit = DIGITS[(word >> (18 - 6 * i) & 63) as usize] as char;
            out.push(if i <= part.len() { digit } else { '=' });
        }
    }
    out
}
