//! What goes from stage to stage: a document and what its query knows of it.

use std::ops::{Deref, DerefMut};

use crate::server::practice::eval::Meta;
use crate::wire::bson::Document;

/// A document with its [`Meta`].
#[derive(Clone, Debug, Default)]
pub struct Item {
    /// The document.
    pub document: Document,
    /// Kept by stages that change a document, lost where several become one.
    pub meta: Meta,
}

impl Item {
    /// Another document in this one's place.
    pub fn becoming(&self, document: Document) -> Self {
        Self { document, meta: self.meta.clone() }
    }
}

impl From<Document> for Item {
    fn from(document: Document) -> Self {
        Self { document, meta: Meta::default() }
    }
}

impl Deref for Item {
    type Target = Document;

    fn deref(&self) -> &Document {
        &self.document
    }
}

impl DerefMut for Item {
    fn deref_mut(&mut self) -> &mut Document {
        &mut self.document
    }
}
