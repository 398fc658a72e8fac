//! The wall clock as people read it: folder names carry local time.

use std::time::{SystemTime, UNIX_EPOCH};

/// `20260131_235959`: date and time in the local time zone, sortable as text.
pub fn stamp(at: SystemTime) -> String {
    let seconds = at.duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs());
    let seconds = libc::time_t::try_from(seconds).unwrap_or(libc::time_t::MAX);
    // SAFETY: `tm` is plain old data, for which all zeroes is a valid value.
    let mut parts: libc::tm = unsafe { std::mem::zeroed() };
    // SAFETY: both pointers are to live values on this stack; the `_r` variant keeps no static state.
    if unsafe { libc::localtime_r(&seconds, &mut parts) }.is_null() {
        // Only a year beyond what `tm` can hold fails: the folder still gets a usable name.
        return format!("unix{seconds}");
    }
    format!(
        "{:04}{:02}{:02}_{:02}{:02}{:02}",
        parts.tm_year + 1900,
        parts.tm_mon + 1,
        parts.tm_mday,
        parts.tm_hour,
        parts.tm_min,
        parts.tm_sec
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_stamp_has_the_date_first_and_sorts_as_text() {
        let day = Duration::from_secs(86_400);
        let early = stamp(UNIX_EPOCH + day * 20_000);
        let late = stamp(UNIX_EPOCH + day * 20_001);
        assert_eq!(early.len(), 15);
        // 20,000 days after 1970 is 4 October 2024; a time zone moves that by a day at most.
        assert!(early.starts_with("2024100"), "{early}");
        assert!(early < late);
    }
}
