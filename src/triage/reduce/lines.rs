//! For texts that do not parse: whole lines.

use super::halving::{Chosen, Cuts, Halving};
use super::lab::{Halt, Lab};

/// The name of the stage.
const STAGE: &str = "lines";

/// Leaves lines out, first in halves and then one by one until nothing changes.
pub(super) fn reduce(lab: &mut Lab<'_>, text: &str) -> Result<(), Halt> {
    let mut lines = Lines(text.split_inclusive('\n').collect());
    lab.begin(STAGE, 1)?;
    let mut gone = Halving::new(lab, &lines).halves()?;
    for round in 2.. {
        lines.leave_out(&gone);
        lab.begin(STAGE, round)?;
        gone = Halving::new(lab, &lines).in_chunks(1)?;
        if gone.is_empty() {
            break;
        }
    }
    Ok(())
}

struct Lines<'t>(Vec<&'t str>);

impl Lines<'_> {
    fn leave_out(&mut self, gone: &Chosen) {
        let mut at = 0..;
        self.0.retain(|_| at.next().is_some_and(|at| !gone.contains(&at)));
    }
}

impl Cuts for Lines<'_> {
    fn count(&self) -> usize {
        self.0.len()
    }

    fn candidate(&self, chosen: &Chosen) -> Option<String> {
        let kept = self.0.iter().enumerate().filter(|(at, _)| !chosen.contains(at));
        Some(kept.map(|(_, line)| *line).collect())
    }
}
