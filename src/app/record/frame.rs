//! What travels from the view to the encoder.

/// Pixels of one frame, red green blue in 8-bit sRGB, row by row from the top.
pub(super) struct Frame {
    pub width: u32,
    pub height: u32,
    pub rgb: Vec<u8>,
}
