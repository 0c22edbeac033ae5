use napi::bindgen_prelude::{Int32Array, Uint8Array};

use super::*;

const WORDS: usize = 128;
const OCTETS: usize = 256;

/// A ring that holds what a test wrote.
fn ring(words: &[i32], data: &[u8]) -> Commands {
    let mut commands = Commands::new(
        Words::new(Int32Array::new(vec![0; WORDS])),
        Octets::new(Uint8Array::new(vec![0; OCTETS])),
    );
    commands.write(words, data);
    commands
}

impl Commands {
    /// What JavaScript does before it has a batch run.
    pub(in crate::node) fn write(&mut self, words: &[i32], data: &[u8]) {
        self.words.get_mut()[..words.len()].copy_from_slice(words);
        self.data.get_mut()[..data.len()].copy_from_slice(data);
    }
}

/// Reads a batch and shows each command.
fn read(commands: &mut Commands, length: usize) -> Result<Vec<String>, Malformed> {
    let mut batch = commands.batch(length)?;
    let mut shown = Vec::new();
    while let Some(command) = batch.next()? {
        shown.push(format!("{command:?}"));
    }
    Ok(shown)
}

fn only(words: &[i32], data: &[u8]) -> Result<String, Malformed> {
    let mut shown = read(&mut ring(words, data), words.len())?;
    assert_eq!(shown.len(), 1, "{shown:?}");
    Ok(shown.remove(0))
}

/// A literal of so many octets, kept under an id or not at all (-1).
fn literal(length: i32, id: i32) -> [i32; 2] {
    [!length, id]
}

const KEY: [i32; 2] = [3, 5];

/// One well-formed batch with every command in it.
fn every_command() -> (Vec<i32>, Vec<u8>) {
    let field = [literal(1, 0), literal(1, 1)].concat();
    let known = [0, 1];
    let mut words = Vec::new();
    for part in [
        &[command::REQUEST, END_STREAM | PRIORITY, 0, 16, 1, 1][..],
        &field,
        &[command::RESPOND, 3, 5, 0, 1],
        &known,
        &[command::INFORM, 3, 5, 1],
        &known,
        &[command::PUSH, 3, 5, 0],
        &[command::DATA, 3, 5, 100, 1],
        &[command::TRAILERS, 3, 5, 0],
        &[command::RESET, 3, 5, 8],
        &[command::PING, 1, 2],
        &[command::SETTINGS, 1, 4, 65_535],
        &[command::GOAWAY, 0, -1, 2],
        &[command::ALTSVC, 0, 1, 1],
        &[command::ORIGIN, 2, 1, 1],
        &[command::CONSUME, 3, 5, 10],
        &[command::WINDOW, 10],
        &[command::NEXT_ID, 7],
        &[command::TERMINATE, 2],
        &[command::PRIORITY, 1, 0, 256, 0],
        &[command::PEER_STREAMS, 100],
    ] {
        words.extend_from_slice(part);
    }
    (words, b"abcdefgh".to_vec())
}

#[test]
fn a_batch_is_read_in_order() {
    let (words, data) = every_command();
    let shown = read(&mut ring(&words[..], &data), words.len()).expect("well formed");
    assert_eq!(shown.len(), command::ALL.len());
    assert!(shown[0].starts_with("Request { end_stream: true, priority: Some("), "{}", shown[0]);
    assert!(shown[16].starts_with("Priority"), "{}", shown[16]);
}

#[test]
fn every_truncation_is_an_error_or_ends_between_two_commands() {
    let (words, data) = every_command();
    let mut whole = 0;
    for length in 0..words.len() {
        match read(&mut ring(&words, &data), length) {
            Ok(shown) => {
                assert_eq!(shown.len(), whole);
                whole += 1;
            }
            Err(Malformed { at }) => assert!(at < length),
        }
    }
    assert_eq!(whole, command::ALL.len());
}

#[test]
fn any_word_in_any_place_is_read_or_refused() {
    let (words, data) = every_command();
    let odd = [i32::MIN, i32::MIN + 1, -2, -1, 0, 1, 255, 4096, 1 << 29, 1 << 30, i32::MAX];
    for at in 0..words.len() {
        for word in odd {
            let mut words = words.clone();
            words[at] = word;
            let mut commands = ring(&words, &data);
            if read(&mut commands, words.len()).is_err() {
                assert_eq!(commands.strings.get(0), None, "word {at} = {word}");
            }
        }
    }
}

#[test]
fn a_batch_is_no_longer_than_the_ring() {
    assert_eq!(read(&mut ring(&[], &[]), WORDS + 1), Err(Malformed { at: WORDS + 1 }));
}

#[test]
fn literals_are_read_one_after_the_other() {
    let [name, value] = [literal(4, -1), literal(5, -1)];
    let words = [&[command::INFORM], &KEY[..], &[1], &name, &value].concat();
    let shown = only(&words, b"namevalue").expect("well formed");
    assert!(shown.contains("name: value"), "{shown}");
}

#[test]
fn defined_strings_are_known_to_later_batches() {
    let [name, value] = [literal(4, 7), literal(5, 8)];
    let words = [&[command::INFORM], &KEY[..], &[1], &name, &value].concat();
    let mut commands = ring(&words, b"namevalue");
    read(&mut commands, words.len()).expect("well formed");
    let words = [&[command::INFORM], &KEY[..], &[1, 7, 8]].concat();
    commands.write(&words, b"XXXXXXXXXXXX");
    let shown = read(&mut commands, words.len()).expect("well formed");
    assert!(shown[0].contains("name: value"), "{shown:?}");
}

#[test]
fn a_field_can_refer_to_a_string_that_a_field_before_it_defined() {
    let words =
        [&[command::INFORM], &KEY[..], &[2], &literal(1, 7), &literal(1, 8), &[7, 7]].concat();
    let shown = only(&words, b"nv").expect("well formed");
    assert!(shown.contains("n: v") && shown.contains("n: n"), "{shown}");
}

#[test]
fn a_string_that_is_replaced_stays_what_it_was_for_the_fields_before() {
    let define = [&[command::INFORM], &KEY[..], &[1], &literal(1, 7), &literal(1, 8)].concat();
    let mut commands = ring(&define, b"nv");
    read(&mut commands, define.len()).expect("well formed");
    // Field one uses 7 as it was, field two replaces it, field three uses what it is now.
    let words = [&[command::INFORM], &KEY[..], &[3, 7, 8], &literal(1, 7), &literal(1, 8), &[7, 8]]
        .concat();
    commands.write(&words, b"NV");
    let shown = read(&mut commands, words.len()).expect("well formed");
    assert!(shown[0].contains("[n: v, N: V, N: V]"), "{shown:?}");
}

#[test]
fn an_unknown_string_is_refused() {
    for id in [0, 4095, 4096, STRING_BITS] {
        let words = [&[command::INFORM], &KEY[..], &[1, id, id]].concat();
        assert_eq!(only(&words, &[]), Err(Malformed { at: 0 }), "{id}");
    }
}

#[test]
fn a_batch_that_is_abandoned_takes_the_table_with_it() {
    let words = [&[command::INFORM], &KEY[..], &[1], &literal(1, 7), &literal(1, 8)].concat();
    let mut commands = ring(&words, b"nv");
    read(&mut commands, words.len()).expect("well formed");
    assert!(commands.strings.get(7).is_some());
    let mut batch = commands.batch(words.len()).expect("short enough");
    assert!(matches!(batch.next(), Ok(Some(_))));
    drop(batch);
    assert_eq!(commands.strings.get(7), None);
}

#[test]
fn the_mark_on_a_name_makes_the_field_sensitive() {
    let name = [!(1 | SENSITIVE), 7];
    let words = [&[command::INFORM], &KEY[..], &[1], &name, &literal(1, -1)].concat();
    let mut commands = ring(&words, b"nv");
    let sensitive = |commands: &mut Commands, length| {
        let mut batch = commands.batch(length).expect("short enough");
        let Ok(Some(Command::Inform { fields, .. })) = batch.next() else { panic!("one") };
        let sensitive = fields.lines().next().expect("one field").sensitive;
        assert!(matches!(batch.next(), Ok(None)));
        sensitive
    };
    assert!(sensitive(&mut commands, words.len()));
    for (name, expected) in [(7 | SENSITIVE, true), (7, false)] {
        let words = [&[command::INFORM], &KEY[..], &[1, name], &literal(1, -1)].concat();
        commands.write(&words, b"v");
        assert_eq!(sensitive(&mut commands, words.len()), expected);
    }
}

#[test]
fn a_ping_is_big_endian() {
    let shown = only(&[command::PING, 0x0102_0304, 0x0506_0708], &[]).expect("well formed");
    assert_eq!(shown, "Ping { payload: [1, 2, 3, 4, 5, 6, 7, 8] }");
}

#[test]
fn error_codes_take_all_32_bits() {
    let shown = only(&[command::TERMINATE, -1], &[]).expect("well formed");
    assert_eq!(shown, format!("{:?}", Command::Terminate { code: ErrorCode(u32::MAX) }));
}

#[test]
fn origins_are_cut_by_their_lengths() {
    let mut commands = ring(&[command::ORIGIN, 3, 2, 0, 3], b"abcde");
    let mut batch = commands.batch(5).expect("short enough");
    let Ok(Some(Command::Origin { origins })) = batch.next() else { panic!("one") };
    assert_eq!(origins.collect::<Vec<_>>(), [&b"ab"[..], b"", b"cde"]);
}

#[test]
fn a_goaway_names_a_stream_or_leaves_it_to_the_session() {
    for (word, expected) in [(-1, None), (0, Some(0)), (7, Some(7)), (i32::MIN + 7, Some(7))] {
        let mut commands = ring(&[command::GOAWAY, 2, word, 2], b"no");
        let mut batch = commands.batch(4).expect("short enough");
        let Ok(Some(Command::GoAway { code, last, debug })) = batch.next() else { panic!("one") };
        assert_eq!((code, debug), (ErrorCode::INTERNAL_ERROR, &b"no"[..]));
        assert_eq!(last.map(StreamId::get), expected);
    }
}

/// The fields of each command of a batch: their number and names.
fn numbered(commands: &mut Commands, words: &[i32], data: &[u8]) -> Vec<(u64, Vec<Vec<u8>>)> {
    commands.write(words, data);
    let mut batch = commands.batch(words.len()).expect("short enough");
    let mut read = Vec::new();
    while let Some(command) = batch.next().expect("well formed") {
        let Command::Inform { fields, .. } = command else { panic!("no other") };
        let number = fields.number().expect("each has one");
        read.push((number, fields.lines().map(|field| field.name.to_vec()).collect()));
    }
    read
}

#[test]
fn the_fields_of_the_command_before_are_known_again() {
    let inform = |fields: &[i32]| [&[command::INFORM], &KEY[..], &[1], fields].concat();
    let (defining, known) = ([literal(1, 7), literal(1, 8)].concat(), [7, 8]);
    let mut commands = ring(&[], &[]);
    let names = |name: &[u8]| vec![name.to_vec()];

    let words = [inform(&defining), inform(&known), inform(&known)].concat();
    let read = numbered(&mut commands, &words, b"nv");
    assert!(read.iter().all(|(_, told)| *told == names(b"n")));
    assert_ne!(read[0].0, read[1].0);
    assert_eq!(read[1].0, read[2].0);

    // In a batch of its own, and when others came in between.
    let again = numbered(&mut commands, &inform(&known), &[]);
    assert_eq!(again, read[2..]);
    let other = numbered(&mut commands, &inform(&[8, 7]), &[]);
    assert_eq!(other[0].1, names(b"v"));
    let again = numbered(&mut commands, &inform(&known), &[]);
    assert!(again[0].0 > other[0].0);

    // The same ids for other strings.
    let read = numbered(&mut commands, &inform(&defining), b"xy");
    let later = numbered(&mut commands, &inform(&known), b"..");
    assert_eq!(later[0].1, names(b"x"));
    assert!(later[0].0 > read[0].0 && read[0].0 > again[0].0);
}

#[test]
fn fields_without_a_count_of_their_own_are_not_those_before() {
    let fields = [&[command::INFORM], &KEY[..], &[2, 7, 8, 7, 8]].concat();
    let defining = [&[command::INFORM], &KEY[..], &[1], &literal(1, 7), &literal(1, 8)].concat();
    let mut commands = ring(&[], &[]);
    numbered(&mut commands, &defining, b"nv");
    numbered(&mut commands, &fields, &[]);
    // As long as the list before, by the words that follow; but it says that it is shorter.
    let words = [&[command::INFORM], &KEY[..], &[1, 7, 8], &[command::INFORM], &KEY[..], &[0]];
    let read = numbered(&mut commands, &words.concat(), &[]);
    assert_eq!(read.iter().map(|(_, names)| names.len()).collect::<Vec<_>>(), [1, 0]);
}
