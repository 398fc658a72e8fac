use super::*;

fn check(name: &str, got: impl Fn(f32) -> f32, want: impl Fn(f64) -> f64, range: (f32, f32), tolerance: f64) {
    for i in 0..=1000 {
        let x = range.0 + (range.1 - range.0) * i as f32 / 1000.0;
        let (a, b) = (got(x) as f64, want(x as f64));
        assert!((a - b).abs() <= tolerance * b.abs().max(1.0), "{name}({x}) = {a}, expected {b}");
    }
}

#[test]
fn elementary_functions_agree_with_the_library_on_one_lane_and_on_wide_ones() {
    check("exp", exp::<f32>, f64::exp, (-20.0, 20.0), 1e-6);
    check("exp", |x| exp(Wide::splat(x)).lanes()[5], f64::exp, (-20.0, 20.0), 1e-6);
    check("ln", ln::<f32>, f64::ln, (1e-6, 10.0), 1e-5);
    check("ln", |x| ln(Wide::splat(x)).lanes()[11], f64::ln, (1e-6, 10.0), 1e-5);
    check("sin", |x| sincos(x).0, f64::sin, (-30.0, 30.0), 5e-6);
    check("cos", |x| sincos(Wide::splat(x)).1.lanes()[3], f64::cos, (-30.0, 30.0), 5e-6);
}

#[test]
fn nan_lanes_stay_in_their_lane() {
    let mut v = Wide::splat(1.0);
    v.lanes_mut()[3] = f32::NAN;
    let r = (v + Wide::splat(1.0)).max(Wide::zero());
    assert!(r.lanes().iter().enumerate().all(|(i, x)| if i == 3 { *x == 0.0 } else { *x == 2.0 }));
}

#[test]
fn every_width_16_type_has_the_same_layout() {
    let a: [Arr<16>; 2] = [Arr(std::array::from_fn(|i| i as f32)), Arr([2.0; 16])];
    let w: &[Wide] = cast(&a);
    assert_eq!(w[0].lanes()[7], 7.0);
    assert_eq!(w[1].lanes()[0], 2.0);
}

#[test]
fn a_transposed_square_has_rows_and_columns_exchanged() {
    let square: [Wide; WIDTH] = std::array::from_fn(|row| Wide::from_fn(|lane| (100 * row + lane) as f32));
    let mut out = [0.0f32; WIDTH * 20];
    // SAFETY: row 15 of stride 20 ends at 15 * 20 + 16, inside the array.
    unsafe { transpose(&square, out.as_mut_ptr(), 20) };
    for lane in 0..WIDTH {
        for row in 0..WIDTH {
            assert_eq!(out[lane * 20 + row], (100 * row + lane) as f32);
        }
    }
}

#[test]
fn unaligned_loads_and_stores_move_all_lanes() {
    let numbers: Vec<f32> = (0..WIDTH + 1).map(|i| i as f32).collect();
    let mut copy = vec![0.0; WIDTH + 1];
    // SAFETY: both vectors hold WIDTH + 1 numbers.
    unsafe { Wide::load(numbers.as_ptr().add(1)).store(copy.as_mut_ptr().add(1)) };
    assert_eq!(copy[0], 0.0);
    assert_eq!(copy[1..], numbers[1..]);
}
