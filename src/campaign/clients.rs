//! Several clients at the same time against one server.

use camino::Utf8Path;

use super::{CampaignError, RunOptions};
use crate::shell::Shell;

/// `--clients`, `--different-programs`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clients {
    /// How many.
    pub count: u16,
    /// Each runs a file of its own; otherwise all run the same.
    pub different: bool,
}

impl Clients {
    /// Files that run at the same time.
    pub fn files_at_once(self) -> usize {
        if self.different { usize::from(self.count.max(1)) } else { 1 }
    }

    /// The flags that say the same.
    pub fn words(self) -> Vec<String> {
        let count = (self.count > 1).then(|| ["--clients".to_owned(), self.count.to_string()]);
        let different = (self.count > 1 && self.different).then(|| "--different-programs".to_owned());
        count.into_iter().flatten().chain(different).collect()
    }
}

/// Shells of all clients but the first; `folder` is where their files go.
///
/// # Errors
/// One cannot be had.
pub fn open_others(
    options: &RunOptions,
    own: &Utf8Path,
    folder: &Utf8Path,
) -> Result<Vec<Box<dyn Shell>>, CampaignError> {
    let open = |number: u16| options.shell.open(own, &folder.join(format!("client-{number}")));
    let opened: Result<_, _> = (1..options.clients.count.max(1)).map(open).collect();
    opened.map_err(|error: crate::shell::ShellError| CampaignError::SetUp(error.to_string()))
}
