//! The numbers of a tensor, from the archive.
use super::error::TorchFileError;
use super::value::{Kind, Tensor};
use super::zip::Archive;

/// Largest number of numbers of one tensor.
const MAX_NUMBERS: usize = 1 << 25;

/// All numbers, row by row.
pub(super) fn numbers(archive: &Archive<'_>, tensor: &Tensor<'_>) -> Result<Vec<f64>, TorchFileError> {
    let damaged = |why: String| Err(TorchFileError::Damaged(why));
    let Tensor { storage, offset, size, stride } = tensor;
    let content = archive.read(&format!("data/{}", storage.key))?;
    let stored = storage.len.min(content.len() / storage.kind.size());
    if stored < storage.len {
        return damaged(format!(
            "part data/{} holds {stored} numbers, {} belong there",
            storage.key, storage.len
        ));
    }
    let count = size.iter().try_fold(1usize, |n, d| n.checked_mul(*d));
    // a view that repeats numbers could be far larger than the file
    let Some(count) = count.filter(|n| *n <= stored && *n <= MAX_NUMBERS) else {
        return damaged(format!("a tensor of the sizes {size:?} on {stored} stored numbers"));
    };
    let reach = size
        .iter()
        .zip(stride)
        .try_fold(*offset, |at, (n, step)| at.checked_add(n.saturating_sub(1).checked_mul(*step)?));
    if count > 0 && reach.is_none_or(|last| last >= stored) {
        return damaged(format!("a tensor reaches beyond the {stored} numbers of part data/{}", storage.key));
    }
    let mut values = Vec::with_capacity(count);
    let mut index = vec![0; size.len()];
    for _ in 0..count {
        let at = offset + index.iter().zip(stride).map(|(i, step)| i * step).sum::<usize>();
        values.push(number(storage.kind, content, at));
        for (i, n) in index.iter_mut().zip(size).rev() {
            *i += 1;
            if *i < *n {
                break;
            }
            *i = 0;
        }
    }
    Ok(values)
}

/// The number at an index that lies inside.
fn number(kind: Kind, content: &[u8], index: usize) -> f64 {
    let at = &content[index * kind.size()..];
    fn bytes<const N: usize>(at: &[u8]) -> [u8; N] {
        at.first_chunk().copied().unwrap_or([0; N])
    }
    match kind {
        Kind::F32 => f32::from_le_bytes(bytes(at)).into(),
        Kind::F64 => f64::from_le_bytes(bytes(at)),
        Kind::F16 => half(u16::from_le_bytes(bytes(at))),
        Kind::Bf16 => f32::from_bits(u32::from(u16::from_le_bytes(bytes(at))) << 16).into(),
        Kind::I64 => i64::from_le_bytes(bytes(at)) as f64,
        Kind::I32 => i32::from_le_bytes(bytes(at)).into(),
        Kind::I16 => i16::from_le_bytes(bytes(at)).into(),
        Kind::I8 => i8::from_le_bytes(bytes(at)).into(),
        Kind::U8 | Kind::Bool => at[0].into(),
    }
}

/// A 16-bit float: sign, five bits of exponent, ten of fraction.
fn half(bits: u16) -> f64 {
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f64::from(bits & 0x3ff) / 1024.0);
    let size = match exponent {
        0 => fraction * 2f64.powi(-14),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1.0 + fraction) * 2f64.powi(exponent - 15),
    };
    if bits >> 15 == 1 { -size } else { size }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_floats_are_read_as_ieee_says() {
        for (bits, value) in [(0x3c00, 1.0), (0xc000, -2.0), (0x7bff, 65504.0), (1, 5.960_464_477_539_063e-8)]
        {
            assert_eq!(half(bits), value);
        }
        assert!(half(0x7c00).is_infinite() && half(0x7e00).is_nan());
        assert_eq!(number(Kind::Bf16, &[0, 0, 0x80, 0xbf], 1), -1.0);
        assert_eq!(number(Kind::I16, &[0, 0, 0xff, 0xff], 1), -1.0);
    }
}
