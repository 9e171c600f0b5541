//! What a shell is asked to do for a file, the same whoever runs it.

use camino::Utf8PathBuf;

use super::RunOptions;
use super::desk::File;
use crate::shell::Job;

/// The job of a file; `roots` are the folders that `load()` may read.
pub fn job(options: &RunOptions, roots: &[Utf8PathBuf], file: &File) -> Job {
    let data = serde_json::json!({ "testName": file.name, "isMainTest": true, "numTestClients": options.clients.count, "minPort": 20000,
        "maxPort": 65535, "storageEngine": "", "usingReplicaSetShards": false });
    Job {
        name: file.name.clone(),
        path: file.path.clone(),
        server: Default::default(),
        database: "test".into(),
        roots: roots.to_vec(),
        test_data: data.to_string(),
        limits: options.limits(),
    }
}
