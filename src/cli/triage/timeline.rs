//! The timeline of `triage locate`, in columns on a terminal and as a page.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read};

use camino::{Utf8Path, Utf8PathBuf};

use crate::run::{Entry, Execution, entry};
use crate::triage::reduce::framed_statements;
use crate::triage::{Log, Row, Texts, Timeline, timeline};

/// Of a log's end so many bytes are read.
const LOG_BYTES: u64 = 32 << 20;
/// Characters of a row where nobody says how wide the terminal is.
const WIDTH: usize = 160;
/// No column is narrower, however many processes there are.
const NARROWEST: usize = 24;
/// `21:56:19.098`, a mark and a blank.
const STAMP: usize = 14;
/// Characters of one happening on a page.
const PAGE_TEXT: usize = 4_000;

/// Reads file and logs again, and puts them together; `None` where the record holds no times.
pub(super) fn gather(execution: &Execution, shown: usize) -> Option<Timeline> {
    let texts: Vec<Texts> = execution.each_client().iter().map(|client| texts(client, shown)).collect();
    let logs: Vec<Log> = execution.servers.iter().flat_map(|one| logs_of(&one.name, &one.log)).collect();
    timeline(execution, &texts, &logs, shown)
}

/// The statements around the last completed one.
fn texts(execution: &Execution, shown: usize) -> Texts {
    let text = std::fs::read_to_string(&execution.file).unwrap_or_default();
    let next = execution.last_completed().map_or(0, |last| last + 1);
    let first = next.saturating_sub(u32::try_from(shown).unwrap_or(u32::MAX));
    let wanted = framed_statements(&text, |number| (first as usize..=next as usize).contains(&number));
    wanted.into_iter().map(|(number, text)| (number as u32, text)).collect()
}

/// A process's log and, beside it, what its run time printed; an empty one is not shown.
fn logs_of(name: &str, log: &Utf8Path) -> Vec<Log> {
    let printed = log.with_file_name("output.log");
    let both = [(name.to_owned(), log.to_owned()), (format!("{name} (printed)"), printed.clone())];
    let own = if log == printed { 1 } else { 2 };
    let read = |(process, path): (String, Utf8PathBuf)| Log { process, lines: last_lines(&path) };
    both.into_iter().take(own).map(read).filter(|log| !log.lines.is_empty()).collect()
}

/// The last lines of a log; none of one that is not there any more.
fn last_lines(path: &Utf8Path) -> Vec<String> {
    let Ok(mut file) = std::fs::File::open(path) else { return Vec::new() };
    let size = file.metadata().map_or(0, |metadata| metadata.len());
    let skip = size.saturating_sub(LOG_BYTES);
    if std::io::Seek::seek(&mut file, std::io::SeekFrom::Start(skip)).is_err() {
        return Vec::new();
    }
    let lines = BufReader::new(file.take(LOG_BYTES)).split(b'\n').map_while(Result::ok);
    let partial = usize::from(skip > 0);
    lines.skip(partial).map(|line| String::from_utf8_lossy(&line).into_owned()).collect()
}

/// One line a happening, in its column; `>` marks the last completed statement.
pub(super) fn columns(timeline: &Timeline) -> Vec<String> {
    let all = std::env::var("COLUMNS").ok().and_then(|width| width.parse().ok()).unwrap_or(WIDTH);
    let width = (all.saturating_sub(STAMP) / timeline.columns.len().max(1)).max(NARROWEST);
    let blank = " ".repeat(STAMP);
    let head: String = timeline.columns.iter().map(|name| cell(name, width)).collect();
    let rows = timeline.rows.iter().map(|row| {
        let mark = if row.last_completed { '>' } else { ' ' };
        let time = row.at.strftime("%H:%M:%S%.3f");
        format!("{time}{mark} {}{}", " ".repeat(width * row.column), cell(&told(row), width))
    });
    let lines = [format!("{blank}{head}")].into_iter().chain(rows);
    let rest = (timeline.left_out > 0).then(|| format!("{blank}... and {} log lines more", timeline.left_out));
    lines.chain(rest).map(|line| line.trim_end().to_owned()).collect()
}

/// Exactly `width` characters, the last of them blank.
fn cell(text: &str, width: usize) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().count() < width {
        return format!("{text:<width$}");
    }
    let kept: String = text.chars().take(width - 2).collect();
    format!("{kept}… ")
}

/// What a row says: of a log's line first the statement and the command that it is about.
fn told(row: &Row) -> String {
    let about = row.about.as_ref().map(|about| format!("[{about}] ")).unwrap_or_default();
    about + &readable(&row.text)
}

/// A log line without its stamp and its numbers: severity, words, attributes.
fn readable(line: &str) -> String {
    match entry(line) {
        Entry::Mongod { severity, message, attr } => {
            let attr = attr.filter(|attr| !attr.is_null()).map(|attr| format!(" {attr}")).unwrap_or_default();
            format!("{severity} {message}{attr}")
        }
        Entry::Postgres { level, message } => format!("{level} {message}"),
        Entry::Kernel(text) | Entry::Plain(text) => text.to_owned(),
    }
}

/// The same as a page that needs nothing beside it.
pub(super) fn page(title: &str, timeline: &Timeline) -> String {
    let mut page = format!(
        "<!doctype html>\n<meta charset=\"utf-8\">\n<title>{title}</title>\n<style>\n\
         body {{ font: 13px/1.4 sans-serif; margin: 1.5em }}\n\
         table {{ border-collapse: collapse; width: 100% }}\n\
         th, td {{ text-align: left; vertical-align: top; padding: 2px 8px; border-top: 1px solid #ddd }}\n\
         th {{ position: sticky; top: 0; background: #fff }}\n\
         td {{ font-family: monospace; overflow-wrap: anywhere }}\n\
         tr.last td {{ background: #fe9 }}\n</style>\n<h1>{title}</h1>\n<table>\n<tr><th>UTC</th>",
        title = escaped(title)
    );
    timeline.columns.iter().for_each(|name| _ = write!(page, "<th>{}</th>", escaped(name)));
    page.push_str("</tr>\n");
    for row in &timeline.rows {
        let class = if row.last_completed { " class=\"last\" title=\"the last completed statement\"" } else { "" };
        let text: String = told(row).chars().take(PAGE_TEXT).collect();
        let (before, after) = (row.column, timeline.columns.len() - row.column - 1);
        let (left, right) = ("<td></td>".repeat(before), "<td></td>".repeat(after));
        let time = row.at.strftime("%H:%M:%S%.3f");
        _ = writeln!(page, "<tr{class}><td>{time}</td>{left}<td>{}</td>{right}</tr>", escaped(&text));
    }
    page.push_str("</table>\n");
    if timeline.left_out > 0 {
        _ = writeln!(page, "<p>{} log lines more are in the logs.</p>", timeline.left_out);
    }
    page
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> Timeline {
        let row = |column, text: &str, last_completed| Row {
            at: "2026-01-01T12:00:01.5Z".parse().unwrap(),
            column,
            text: text.into(),
            about: (column == 2).then(|| "8 find".to_owned()),
            last_completed,
        };
        let json = r#"{"t":{"$date":"2026-01-01T12:00:01.5Z"},"s":"F","c":"-","id":1,"ctx":"c","msg":"<gone>"}"#;
        let rows = vec![row(0, "7 done in 1 ms: db.c.find()", true), row(2, json, false)];
        Timeline { columns: vec!["statements".into(), "a".into(), "b".into()], rows, left_out: 3 }
    }

    #[test]
    fn each_happening_stands_in_its_column_and_the_last_completed_is_marked() {
        let lines = columns(&example());
        let place = lines[0].find(" b").unwrap() + 1;
        assert!(lines[1].starts_with("12:00:01.500> 7 done in 1 ms"), "{lines:#?}");
        assert!(
            lines[2].starts_with("12:00:01.500  ") && lines[2][place..].starts_with("[8 find] F <gone>"),
            "{lines:#?}"
        );
        assert!(lines[3].contains("3 log lines more"), "{lines:#?}");
    }

    #[test]
    fn a_cell_is_as_wide_as_its_column_and_one_line_high() {
        for text in ["", "short", "exactly ten", "ä long text\nwith a line's end", "日本語日本語日本語"] {
            let cell = cell(text, 10);
            assert!(cell.chars().count() == 10 && cell.ends_with(' ') && !cell.contains('\n'), "{cell:?}");
        }
    }

    #[test]
    fn a_page_has_a_cell_for_each_column_and_no_markup_from_logs() {
        let page = page("a & b", &example());
        assert!(
            page.contains("[8 find] F &lt;gone&gt;") && !page.contains("<gone>") && page.contains("a &amp; b"),
            "{page}"
        );
        for row in page.lines().filter(|line| line.starts_with("<tr") && line.contains("<td")) {
            assert_eq!(row.matches("<td>").count(), 4, "{row}");
        }
        assert_eq!(page.matches("class=\"last\"").count(), 1);
    }
}
