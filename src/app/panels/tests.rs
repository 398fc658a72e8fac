//! Tests of the whole window without a graphics card.
use super::testing::Sample;
