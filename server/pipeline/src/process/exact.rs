//! Exact quotients of whole numbers, for money.

/// `a x b / c`, rounded half to even; `None` for a divisor that is not positive and where the
/// result leaves 64 bits.
pub(crate) fn mul_div(a: i64, b: i64, c: i64) -> Option<i64> {
    if c <= 0 {
        return None;
    }
    let (product, divisor) = (i128::from(a) * i128::from(b), i128::from(c));
    let (floor, rest) = (product.div_euclid(divisor), product.rem_euclid(divisor));
    let up = match (2 * rest).cmp(&divisor) {
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Equal => floor % 2 != 0,
        std::cmp::Ordering::Greater => true,
    };
    i64::try_from(floor + i128::from(up)).ok()
}

#[cfg(test)]
mod tests {
    use super::mul_div;

    #[test]
    fn rounds_half_to_even() {
        let check = |a, b, c, expected| assert_eq!(mul_div(a, b, c), expected, "{a} x {b} / {c}");
        check(100_000, 60_000, 40_000, Some(150_000));
        check(1, 5, 2, Some(2));
        check(1, 7, 2, Some(4));
        check(-1, 5, 2, Some(-2));
        check(1, 8, 3, Some(3));
        check(1, 7, 3, Some(2));
        check(i64::MAX, i64::MAX, i64::MAX, Some(i64::MAX));
        check(i64::MAX, 2, 1, None);
        check(1, 1, 0, None);
    }
}
