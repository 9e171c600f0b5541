//! Failures that come now and then: how often, and whether a smaller program still has them.

/// How often something failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rate {
    /// Runs that failed.
    pub failed: u32,
    /// All runs.
    pub runs: u32,
}

impl Rate {
    /// The share, from 0 to 1; 0 before the first run.
    pub fn share(self) -> f64 {
        if self.runs == 0 { 0.0 } else { f64::from(self.failed) / f64::from(self.runs) }
    }

    /// True if every run failed.
    pub fn is_sure(self) -> bool {
        self.runs > 0 && self.failed == self.runs
    }

    /// Wilson's interval: where the true share lies with 95 % certainty.
    pub fn interval(self) -> (f64, f64) {
        const Z: f64 = 1.96;
        if self.runs == 0 {
            return (0.0, 1.0);
        }
        let (n, p) = (f64::from(self.runs), self.share());
        let middle = p + Z * Z / (2.0 * n);
        let half = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
        let scale = 1.0 + Z * Z / n;
        (((middle - half) / scale).max(0.0), ((middle + half) / scale).min(1.0))
    }

    /// How sure it is that a program which did not fail in so many runs is without a failure that comes at this rate.
    pub fn sureness(self, runs_without: u32) -> f64 {
        1.0 - (1.0 - self.share()).powf(f64::from(runs_without))
    }
}

impl std::fmt::Display for Rate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of {}", self.failed, self.runs)
    }
}

/// Wald's sequential test of one program: does it fail as often as the original, or hardly ever?
///
/// Both errors are 5 %. "Hardly ever" is a fifth of the original's rate: a program that fails that seldom is no help. What
/// fails mostly takes few runs to be known, and has to go on failing mostly: there it is half the rate.
#[derive(Clone, Copy, Debug)]
pub struct Sequential {
    often: f64,
    seldom: f64,
}

/// What a sequential test knows so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Belief {
    /// One more run.
    Open,
    /// It fails as the original does.
    Fails,
    /// It does not.
    Passes,
}

impl Sequential {
    /// ln(0.95 / 0.05)
    const BOUND: f64 = 2.944;

    /// For an original that fails at this rate.
    pub fn new(rate: Rate) -> Self {
        // A rate of 1 would take a single run without failure for proof.
        let often = rate.share().clamp(0.02, 0.95);
        let mostly = often >= 0.5;
        Self { often, seldom: often / if mostly { 2.0 } else { 5.0 } }
    }

    /// What so many runs say.
    pub fn belief(self, seen: Rate) -> Belief {
        let passed = f64::from(seen.runs - seen.failed);
        let for_it = f64::from(seen.failed) * (self.often / self.seldom).ln();
        let odds = for_it + passed * ((1.0 - self.often) / (1.0 - self.seldom)).ln();
        if odds >= Self::BOUND {
            Belief::Fails
        } else if odds <= -Self::BOUND {
            Belief::Passes
        } else {
            Belief::Open
        }
    }

    /// Runs after which it is given up: four times what a program without the failure takes.
    pub fn bound(self) -> u32 {
        let per_pass = -((1.0 - self.often) / (1.0 - self.seldom)).ln();
        (4.0 * Self::BOUND / per_pass).ceil() as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE_IN_TEN: Rate = Rate { failed: 1, runs: 10 };

    /// What a program that fails in every `each`-th run comes to, and after how many runs.
    fn tried(test: Sequential, each: Option<u32>) -> (Belief, u32) {
        let mut seen = Rate::default();
        while test.belief(seen) == Belief::Open && seen.runs < test.bound() {
            seen.runs += 1;
            seen.failed += u32::from(each.is_some_and(|each| seen.runs.is_multiple_of(each)));
        }
        (test.belief(seen), seen.runs)
    }

    #[test]
    fn a_program_that_fails_as_often_is_told_from_one_that_never_does() {
        let test = Sequential::new(ONE_IN_TEN);
        assert_eq!(tried(test, Some(10)), (Belief::Fails, 40));
        assert_eq!(tried(test, None), (Belief::Passes, 35));
        assert!(test.bound() > 100);
    }

    #[test]
    fn the_more_often_it_fails_the_fewer_runs_are_needed() {
        let test = Sequential::new(Rate { failed: 9, runs: 10 });
        assert_eq!(tried(test, Some(1)), (Belief::Fails, 5));
        assert_eq!(tried(test, None), (Belief::Passes, 2));
    }

    #[test]
    fn what_failed_mostly_and_now_fails_now_and_then_is_not_taken_for_the_same() {
        let test = Sequential::new(Rate { failed: 9, runs: 10 });
        assert_eq!(tried(test, Some(2)).0, Belief::Passes);
        assert_eq!(tried(test, Some(3)).0, Belief::Passes);
    }

    #[test]
    fn intervals_hold_the_share_and_narrow() {
        let (low, high) = ONE_IN_TEN.interval();
        assert!(low < 0.02 && high > 0.4, "{low} {high}");
        let (low, high) = Rate { failed: 100, runs: 1000 }.interval();
        assert!(low > 0.08 && high < 0.121, "{low} {high}");
        assert_eq!(Rate { failed: 0, runs: 0 }.interval(), (0.0, 1.0));
        assert!(Rate { failed: 10, runs: 10 }.interval().0 > 0.7);
    }

    #[test]
    fn sureness_grows_with_runs() {
        assert!(ONE_IN_TEN.sureness(10) < 0.7 && ONE_IN_TEN.sureness(50) > 0.99);
        assert_eq!(Rate { failed: 3, runs: 3 }.sureness(1), 1.0);
    }

    proptest::proptest! {
        #[test]
        fn more_failures_never_speak_against_it(failed in 0_u32..20, passed in 0_u32..40, runs in 1_u32..20, of in 1_u32..20) {
            let test = Sequential::new(Rate { failed: of.min(runs), runs });
            let belief = |failed: u32| test.belief(Rate { failed, runs: failed + passed });
            proptest::prop_assert!(!(belief(failed) == Belief::Fails && belief(failed + 1) != Belief::Fails));
        }
    }
}
