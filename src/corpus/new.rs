//! Newly committed tests: changed since the merge-base with upstream, and what is not committed yet.
//!
//! The rule is MongoDB's: base = merge-base of the branch's upstream and HEAD, new = what differs from the base in the
//! working tree, plus untracked files.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use git2::{Delta, DiffOptions, Oid, Repository};
use jiff::{Timestamp, ToSpan};

use super::Corpus;

/// Without an upstream, what was committed in these days counts as new.
const DAYS: i64 = 14;

/// What `--new-since` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NewSince {
    /// Nothing given: the upstream branch, else the last 14 days.
    Automatic,
    /// A revision, or a date like `2026-01-31`.
    Point(String),
    /// `none`: no test counts as new.
    Nothing,
}

/// The outcome of the search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NewTests {
    /// Positions in the corpus, and what they are new against.
    Found {
        /// In the order of the corpus.
        files: Vec<usize>,
        /// For people.
        since: String,
    },
    /// Nothing can be said, and why; the run goes on without.
    Unknown {
        /// For people.
        reason: String,
    },
}

impl NewTests {
    /// The new tests, none if nothing is known.
    pub fn files(&self) -> &[usize] {
        match self {
            Self::Found { files, .. } => files,
            Self::Unknown { .. } => &[],
        }
    }
}

/// Looks for new tests in the checkouts that hold the given roots.
///
/// # Errors
/// A revision or date that was given by name does not exist.
pub fn find_new(corpus: &Corpus, roots: &[Utf8PathBuf], since: &NewSince) -> Result<NewTests, String> {
    if *since == NewSince::Nothing {
        return Ok(NewTests::Unknown { reason: "not looked for, as asked".into() });
    }
    let (mut files, mut told, mut reason) = (BTreeSet::new(), None, String::new());
    for root in roots {
        match in_checkout(root, since) {
            Ok((paths, against)) => {
                let changed = |path: &Utf8Path| path.canonicalize_utf8().is_ok_and(|path| paths.contains(&path));
                files.extend((0..corpus.files.len()).filter(|&at| changed(&corpus.files[at].path)));
                told = Some(against);
            }
            Err(Trouble::Asked(message)) => return Err(message),
            Err(Trouble::Unknown(message)) => reason = message,
        }
    }
    Ok(match told {
        Some(since) => NewTests::Found { files: files.into_iter().collect(), since },
        None => NewTests::Unknown { reason },
    })
}

enum Trouble {
    /// The user named something that is not there.
    Asked(String),
    /// There is no history to ask.
    Unknown(String),
}

impl From<git2::Error> for Trouble {
    fn from(error: git2::Error) -> Self {
        Self::Unknown(format!("git: {}", error.message()))
    }
}

fn in_checkout(root: &Utf8Path, since: &NewSince) -> Result<(BTreeSet<Utf8PathBuf>, String), Trouble> {
    let unknown = |text: &str| Trouble::Unknown(format!("{root} {text}"));
    let repository = Repository::discover(root).map_err(|_| unknown("is not inside a git checkout"))?;
    let folder = repository.workdir().ok_or_else(|| unknown("is in a bare repository"))?.to_owned();
    let head = repository.head().and_then(|head| head.peel_to_commit());
    let head = head.map_err(|_| unknown("is in a repository without commits"))?.id();
    let (base, told) = base(&repository, head, since)?;
    let tree = base.map(|base| repository.find_commit(base)?.tree()).transpose()?;
    let mut options = DiffOptions::new();
    options.include_untracked(true).recurse_untracked_dirs(true);
    let diff = repository.diff_tree_to_workdir_with_index(tree.as_ref(), Some(&mut options))?;
    let folder = folder.canonicalize().unwrap_or(folder);
    let changed = diff.deltas().filter(|delta| delta.status() != Delta::Deleted);
    let paths = changed.filter_map(|delta| Utf8PathBuf::from_path_buf(folder.join(delta.new_file().path()?)).ok());
    Ok((paths.collect(), told))
}

/// The commit to compare with; none where all of history is new.
fn base(repository: &Repository, head: Oid, since: &NewSince) -> Result<(Option<Oid>, String), Trouble> {
    if let NewSince::Point(point) = since {
        if let Ok(object) = repository.revparse_single(point) {
            let base = repository.merge_base(object.peel_to_commit()?.id(), head)?;
            return Ok((Some(base), point.clone()));
        }
        let midnight = |date: jiff::civil::Date| jiff::tz::TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0)).ok();
        let date = point.parse().ok().and_then(midnight).ok_or_else(|| {
            Trouble::Asked(format!(
                "--new-since {point} is neither a revision of this checkout nor a date like 2026-01-31"
            ))
        })?;
        return Ok((last_before(repository, head, date)?, point.clone()));
    }
    if let Some(base) = upstream(repository, head) {
        return Ok((Some(base), "the merge-base with upstream".into()));
    }
    let from = Timestamp::now().checked_sub((DAYS * 24).hours()).unwrap_or(Timestamp::UNIX_EPOCH);
    Ok((last_before(repository, head, from)?, format!("{DAYS} days ago, as the branch has no upstream")))
}

fn upstream(repository: &Repository, head: Oid) -> Option<Oid> {
    let name = repository.head().ok()?.name().ok()?.to_owned();
    let upstream = repository.branch_upstream_name(&name).ok()?;
    let commit = repository.find_reference(upstream.as_str().ok()?).ok()?.peel_to_commit().ok()?;
    repository.merge_base(commit.id(), head).ok()
}

/// The newest commit on HEAD's first-parent line that is older than `time`.
fn last_before(repository: &Repository, head: Oid, time: Timestamp) -> Result<Option<Oid>, Trouble> {
    let mut walk = repository.revwalk()?;
    walk.push(head)?;
    walk.simplify_first_parent()?;
    for id in walk {
        let commit = repository.find_commit(id?)?;
        if commit.time().seconds() < time.as_second() {
            return Ok(Some(commit.id()));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use git2::{Signature, Time};

    struct Checkout {
        _guard: tempfile::TempDir,
        root: Utf8PathBuf,
        repository: Repository,
    }

    impl Checkout {
        fn new() -> Self {
            let guard = tempfile::tempdir().unwrap();
            let root = Utf8PathBuf::from_path_buf(guard.path().to_owned()).unwrap().canonicalize_utf8().unwrap();
            Self { repository: Repository::init(&root).unwrap(), root, _guard: guard }
        }

        fn write(&self, name: &str) {
            std::fs::write(self.root.join(name), "f();").unwrap();
        }

        fn commit(&self, days_ago: i64) -> Oid {
            let mut index = self.repository.index().unwrap();
            index.add_all(["*"], git2::IndexAddOption::DEFAULT, None).unwrap();
            index.write().unwrap();
            let tree = self.repository.find_tree(index.write_tree().unwrap()).unwrap();
            let seconds = Timestamp::now().as_second() - days_ago * 86_400;
            let who = Signature::new("a", "a@b.c", &Time::new(seconds, 0)).unwrap();
            let parent = self.repository.head().ok().map(|head| head.peel_to_commit().unwrap());
            let parents: Vec<_> = parent.iter().collect();
            self.repository.commit(Some("HEAD"), &who, &who, "m", &tree, &parents).unwrap()
        }

        fn new_files(&self, since: &NewSince) -> Vec<String> {
            let corpus = Corpus::load(std::slice::from_ref(&self.root)).unwrap();
            let found = find_new(&corpus, std::slice::from_ref(&self.root), since).unwrap();
            found.files().iter().map(|&at| corpus.files[at].name.clone()).collect()
        }
    }

    #[test]
    fn recent_commits_and_untracked_files_are_new() {
        let checkout = Checkout::new();
        checkout.write("old.js");
        checkout.commit(30);
        checkout.write("recent.js");
        checkout.commit(2);
        checkout.write("untracked.js");
        assert_eq!(checkout.new_files(&NewSince::Automatic), ["recent.js", "untracked.js"]);
        assert!(checkout.new_files(&NewSince::Nothing).is_empty());
    }

    #[test]
    fn a_revision_or_a_date_may_be_named() {
        let checkout = Checkout::new();
        checkout.write("a.js");
        let first = checkout.commit(50);
        checkout.write("b.js");
        checkout.commit(40);
        assert_eq!(checkout.new_files(&NewSince::Point(first.to_string())), ["b.js"]);
        assert_eq!(checkout.new_files(&NewSince::Point("1999-01-01".into())), ["a.js", "b.js"]);
        let corpus = Corpus::load(std::slice::from_ref(&checkout.root)).unwrap();
        let wrong = find_new(&corpus, std::slice::from_ref(&checkout.root), &NewSince::Point("nonsense".into()));
        assert!(wrong.unwrap_err().contains("nonsense"));
    }

    #[test]
    fn an_upstream_branch_is_the_base() {
        let checkout = Checkout::new();
        checkout.write("a.js");
        let base = checkout.commit(1);
        let branch = checkout.repository.head().unwrap().shorthand().unwrap().to_owned();
        checkout.repository.reference("refs/remotes/origin/main", base, true, "").unwrap();
        checkout.repository.remote("origin", "nowhere").unwrap();
        checkout
            .repository
            .find_branch(&branch, git2::BranchType::Local)
            .unwrap()
            .set_upstream(Some("origin/main"))
            .unwrap();
        checkout.write("b.js");
        checkout.commit(0);
        assert_eq!(checkout.new_files(&NewSince::Automatic), ["b.js"]);
    }

    #[test]
    fn outside_a_checkout_nothing_is_known_and_the_run_goes_on() {
        let guard = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::from_path_buf(guard.path().to_owned()).unwrap();
        std::fs::write(root.join("a.js"), "f();").unwrap();
        let corpus = Corpus::load(std::slice::from_ref(&root)).unwrap();
        let found = find_new(&corpus, std::slice::from_ref(&root), &NewSince::Automatic).unwrap();
        assert!(matches!(found, NewTests::Unknown { reason } if reason.contains("not inside a git checkout")));
    }
}
