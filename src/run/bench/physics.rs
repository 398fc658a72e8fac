//! stub
pub fn physics(_: crate::config::Document, _: f64, _: bool) -> anyhow::Result<super::Numbers> {
    Ok(vec![])
}
