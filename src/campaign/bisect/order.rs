//! Several clients whose order of commands decides: it is taken from a run that fails, and forced in every run after that.

use std::collections::BTreeSet;

use super::together::TurnsWanted;
use super::trial::Trial;
use super::{BisectError, Case, MORE_RUNS, Work, checked_runs};
use crate::triage::Rate;
use crate::wire::turns::Step;

/// Runs that may be needed to see the last order.
const LOOKS: usize = 10;

/// The order that the smallest programs failed in.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// Sends and replies.
    pub steps: Vec<Step>,
    /// How often the original failed without it.
    pub free: Rate,
}

impl Order {
    /// For the comment on top.
    pub(super) fn line(&self) -> String {
        let clients: BTreeSet<u32> = self.steps.iter().map(|step| step.client).collect();
        let (commands, clients) = (commands(&self.steps), clients.len());
        let free = self.free;
        format!(
            "the {commands} commands of {clients} clients in a recorded order; left to chance the original failed {free}"
        )
    }
}

fn commands(order: &[Step]) -> usize {
    order.iter().filter(|step| !step.replied).count()
}

impl Work<'_> {
    /// Forces the order of the failing run, if that makes it fail as often at least.
    pub(super) fn force_order(&mut self, case: &Case) -> Result<(), BisectError> {
        let (free, order) = (self.checked.rate, std::mem::take(&mut self.checked.order));
        if order.is_empty() {
            self.witness.say("no command was seen on its way: the connection is no plain one, and no order is forced");
            self.together.set_turns(TurnsWanted::No);
            return Ok(());
        }
        let commands = commands(&order);
        self.together.set_turns(TurnsWanted::Forced(order));
        let trial = Trial::fresh(self.checked.way.files(case), self.checked.shows_in);
        let rate = checked_runs(self.stands, &trial, &self.checked.wanted, MORE_RUNS)?;
        let (with, without) = (rate.share(), free.share());
        self.witness.say(&format!("fails {rate} runs with its {commands} commands in their order"));
        if with < without {
            self.witness.say("which is less often than without: the order is not forced");
            self.together.set_turns(TurnsWanted::No);
            return Ok(());
        }
        self.free = Some(free);
        self.checked.rate = rate;
        Ok(())
    }

    /// The order in which the smallest programs fail; if they do not when they are asked to, the one that was forced.
    pub(super) fn last_order(&self, files: &[camino::Utf8PathBuf]) -> Result<Option<Order>, BisectError> {
        let Some(free) = self.free else { return Ok(None) };
        let patience = Some(self.checked.patience.to_be_sure());
        for _ in 0..LOOKS {
            let trial = Trial { patience, ..Trial::fresh(files.to_vec(), self.checked.shows_in) };
            let seen = self.stands.run(trial).map_err(BisectError::Broken)?;
            if seen.execution.interrupted {
                break;
            }
            if self.checked.wanted.is_in(&seen.judgement) {
                return Ok(Some(Order { steps: seen.order, free }));
            }
        }
        Ok(self.together.order().map(|steps| Order { steps, free }))
    }
}
