//! Which of the files that ran before are needed.

/// The positions of a set of earlier files of which none can be left out alone, in their order, if all of them together
/// make `fails` true.
///
/// The last ones are tried first, because most servers are broken by what came just before; then halves are left out,
/// then quarters, and so on to single files.
///
/// # Errors
/// The first that `fails` gives.
pub fn needed<E>(count: usize, mut fails: impl FnMut(&[usize]) -> Result<bool, E>) -> Result<Vec<usize>, E> {
    let mut kept: Vec<usize> = (0..count).collect();
    let mut last = 1;
    while last < count {
        let tail = &kept[count - last..];
        if fails(tail)? {
            kept = tail.to_vec();
            break;
        }
        last *= 2;
    }
    let mut part = kept.len().div_ceil(2);
    while part > 0 {
        let before = kept.len();
        let mut at = 0;
        while at < kept.len() && kept.len() > 1 {
            let end = (at + part).min(kept.len());
            let without: Vec<usize> = kept[..at].iter().chain(&kept[end..]).copied().collect();
            if !without.is_empty() && fails(&without)? {
                kept = without;
            } else {
                at = end;
            }
        }
        let changed = kept.len() < before;
        part = if part == 1 && changed { 1 } else { part / 2 };
    }
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::convert::Infallible;

    use super::*;

    fn found(count: usize, wanted: &[usize]) -> (Vec<usize>, usize) {
        let mut tests = 0;
        let kept = needed(count, |files| {
            tests += 1;
            Ok::<_, Infallible>(wanted.iter().all(|one| files.contains(one)))
        });
        (kept.unwrap_or_default(), tests)
    }

    #[test]
    fn the_last_file_alone_is_tried_first() {
        assert_eq!(found(100, &[99]), (vec![99], 1));
    }

    #[test]
    fn two_of_a_hundred_are_found_in_few_runs() {
        let (kept, tests) = found(100, &[3, 70]);
        assert_eq!(kept, [3, 70]);
        assert!(tests < 45, "{tests}");
    }

    proptest::proptest! {
        #[test]
        fn what_is_needed_is_found_and_nothing_else(wanted in proptest::collection::btree_set(0_usize..30, 1..6)) {
            let list: Vec<usize> = wanted.iter().copied().collect();
            let (kept, _) = found(30, &list);
            proptest::prop_assert_eq!(kept.into_iter().collect::<BTreeSet<_>>(), wanted);
        }
    }
}
