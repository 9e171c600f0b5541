//! A looser signature: what several symptoms have in common.

use super::Symptom;

/// The pattern closest to `start` that covers all of `others`: words and frames that differ become `*`.
pub fn fit(start: &Symptom, others: &[&Symptom]) -> Symptom {
    let message = others.iter().fold(words(start.message()), |kept, one| common(&kept, &words(one.message())));
    let frames = others.iter().fold(start.frames().to_vec(), |kept, one| common_frames(&kept, one.frames()));
    start.with_message(&message.join(" ")).with_frames(frames)
}

/// How many words two symptoms share; the frames count too.
pub fn likeness(one: &Symptom, other: &Symptom) -> usize {
    let fixed = |words: &[String]| words.iter().filter(|word| *word != "*").count();
    let frames = one.frames().iter().filter(|frame| other.frames().contains(frame)).count();
    fixed(&common(&words(one.message()), &words(other.message()))) + frames
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// The longest common subsequence, with one `*` where something is left out of either.
fn common(one: &[String], other: &[String]) -> Vec<String> {
    let same = |a: &str, b: &str| a == b && a != "*";
    let mut lengths = vec![vec![0_usize; other.len() + 1]; one.len() + 1];
    for (i, a) in one.iter().enumerate().rev() {
        for (j, b) in other.iter().enumerate().rev() {
            let longer = lengths[i + 1][j].max(lengths[i][j + 1]);
            lengths[i][j] = if same(a, b) { lengths[i + 1][j + 1] + 1 } else { longer };
        }
    }
    let (mut i, mut j, mut kept) = (0, 0, Vec::new());
    while i < one.len() || j < other.len() {
        if i < one.len() && j < other.len() && same(&one[i], &other[j]) {
            kept.push(one[i].clone());
            (i, j) = (i + 1, j + 1);
            continue;
        }
        if kept.last().is_none_or(|last| last != "*") {
            kept.push("*".to_owned());
        }
        if j == other.len() || (i < one.len() && lengths[i + 1][j] >= lengths[i][j + 1]) { i += 1 } else { j += 1 }
    }
    kept
}

/// Frames are compared place by place, as a pattern covers the beginning of a stack.
fn common_frames(one: &[String], other: &[String]) -> Vec<String> {
    let pairs = one.iter().zip(other);
    let mut kept: Vec<String> = pairs.map(|(a, b)| if a == b { a.clone() } else { "*".to_owned() }).collect();
    while kept.last().is_some_and(|last| last == "*") {
        kept.pop();
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fitted(lines: &[&str]) -> String {
        let symptoms: Vec<Symptom> = lines.iter().map(|line| line.parse().unwrap()).collect();
        let pattern = fit(&symptoms[0], &symptoms[1..].iter().collect::<Vec<_>>());
        assert!(symptoms.iter().all(|symptom| pattern.covers(symptom)), "{pattern}");
        pattern.to_string()
    }

    #[test]
    fn what_differs_becomes_a_star() {
        assert_eq!(fitted(&["invariant: a == b x.cpp", "invariant: a == c x.cpp"]), "invariant: a == * x.cpp");
        assert_eq!(fitted(&["panic: one two", "panic: one two three"]), "panic: one two *");
        assert_eq!(fitted(&["panic: one", "panic: two"]), "panic: *");
        assert_eq!(fitted(&["panic: one", "panic: one"]), "panic: one");
    }

    #[test]
    fn frames_are_loosened_from_behind() {
        assert_eq!(fitted(&["crash: S @ a < b < c", "crash: S @ a < x < c"]), "crash: S @ a < * < c");
        assert_eq!(fitted(&["crash: S @ a < b < c", "crash: S @ a < b"]), "crash: S @ a < b");
        assert_eq!(fitted(&["crash: S @ a", "crash: S @ b"]), "crash: S");
    }

    #[test]
    fn a_pattern_may_be_loosened_again() {
        assert_eq!(fitted(&["panic: a * d", "panic: a b c d", "panic: a c e"]), "panic: a *");
    }
}
