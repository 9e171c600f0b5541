//! `import` and `export`: where a name leads. Modules come from the folders that `load()` may read, and nowhere else.

use camino::{Utf8Path, Utf8PathBuf};
use rquickjs::loader::{ImportAttributes, Loader, Resolver};
use rquickjs::module::Declared;
use rquickjs::{Ctx, Error, Module, Result};

use super::sources;
use crate::shell::Job;

/// Names to files and files to modules.
#[derive(Clone)]
pub struct Modules {
    roots: Vec<Utf8PathBuf>,
    /// The name under which the file itself runs, and where it lies.
    main: (String, Utf8PathBuf),
}

impl Modules {
    pub fn of(job: &Job) -> Self {
        Self { roots: job.roots.clone(), main: (job.name.clone(), job.path.clone()) }
    }

    /// `./x.js` and `../x.js` are beside the module that asks; other names are below the corpus.
    fn place(&self, base: &str, name: &str) -> Utf8PathBuf {
        if !name.starts_with("./") && !name.starts_with("../") {
            return name.into();
        }
        let (main, path) = &self.main;
        let base = if base == main { path } else { Utf8Path::new(base) };
        base.parent().unwrap_or(Utf8Path::new("")).join(name)
    }
}

impl Resolver for Modules {
    fn resolve<'js>(
        &mut self,
        _: &Ctx<'js>,
        base: &str,
        name: &str,
        _: Option<ImportAttributes<'js>>,
    ) -> Result<String> {
        let found = sources::resolve(&self.roots, self.place(base, name).as_str());
        found.map(|path| path.to_string()).map_err(|message| Error::new_resolving_message(base, name, message))
    }
}

impl Loader for Modules {
    fn load<'js>(
        &mut self,
        ctx: &Ctx<'js>,
        name: &str,
        _: Option<ImportAttributes<'js>>,
    ) -> Result<Module<'js, Declared>> {
        let text = sources::text(Utf8Path::new(name)).map_err(|message| Error::new_loading_message(name, message))?;
        Module::declare(ctx.clone(), name, text)
    }
}
