//! One capture being made: its folder, its record, and the ways to add to both.

use camino::{Utf8Path, Utf8PathBuf};

use super::budget::{Budget, no_room_for_text};
use super::gdb::Gdb;
use super::record::{Capture, CapturedFile};
use super::{CaptureOptions, Capturer};
use crate::interrupt::Interrupts;
use crate::server::on_path;

/// See the module.
pub struct Making<'a> {
    pub options: &'a CaptureOptions,
    pub folder: &'a Utf8Path,
    pub budget: Budget,
    pub gdb: Option<Gdb>,
    pub capture: Capture,
    /// Cores in the folder.
    pub cores: Vec<Utf8PathBuf>,
}

impl<'a> Making<'a> {
    /// Makes the folder; a disk that is full or refuses is a gap, and nothing is written then.
    pub fn new(capturer: &'a Capturer, interrupts: &Interrupts) -> Self {
        let (options, folder) = (&capturer.options, capturer.folder.as_path());
        let script = options.gdb_script.clone();
        let gdb = on_path("gdb").map(|program| Gdb { own: capturer.own.clone(), program, script });
        let budget = Budget::new(options.time, interrupts);
        let mut making = Self { options, folder, budget, gdb, capture: Capture::default(), cores: Vec::new() };
        let made = fs_err::create_dir_all(folder).map_err(|error| error.to_string());
        if let Some(why) = made.err().or_else(|| no_room_for_text(folder)) {
            making.capture.gap("all files", why, "the verdict; it was made before");
            making.budget = Budget::new(std::time::Duration::ZERO, interrupts);
        }
        if making.gdb.is_none() {
            let trust = "cores of the kernel, the server's own words";
            making.capture.gap("gdb's stacks and cores", "there is no gdb on PATH; install the package gdb", trust);
        }
        making
    }

    pub fn path(&self, name: &str) -> Utf8PathBuf {
        self.folder.join(name)
    }

    /// Writes a text and lists it.
    pub fn write(&mut self, name: &str, text: &str) {
        match fs_err::write(self.path(name), text) {
            Ok(()) => self.list(name),
            Err(error) => self.capture.gap(name, error.to_string(), "the other files"),
        }
    }

    /// Lists a file that somebody else wrote.
    pub fn list(&mut self, name: &str) {
        if let Ok(metadata) = self.path(name).metadata() {
            self.capture.files.push(CapturedFile { name: name.to_owned(), bytes: metadata.len() });
        }
    }

    /// Lists a core, compressed if asked for.
    pub fn list_core(&mut self, path: Utf8PathBuf) {
        let mut path = path;
        if self.options.compress {
            match super::core::compress(&path, &self.budget) {
                Ok(smaller) => path = smaller,
                Err(why) => self.capture.gap(format!("compression of {}", name_of(&path)), why, "the core as it is"),
            }
        }
        self.list(&name_of(&path));
        self.cores.push(path);
    }

    pub fn end(mut self) -> (Capture, Vec<Utf8PathBuf>) {
        self.capture.took = self.budget.spent();
        self.capture.processes.truncate(Capture::PROCESSES);
        for process in &mut self.capture.processes {
            process.threads.truncate(Capture::THREADS);
        }
        (self.capture, self.cores)
    }
}

/// The last part of a path.
pub fn name_of(path: &Utf8Path) -> String {
    path.file_name().unwrap_or(path.as_str()).to_owned()
}
