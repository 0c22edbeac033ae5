use std::collections::HashMap;

use napi::bindgen_prelude::{Int32Array, Uint8Array};

use super::*;

fn ring(words: usize, text: usize) -> Ring {
    let (words, text) = arrays(words, text);
    let mut ring = Ring::new(words, text);
    ring.publish();
    ring
}

fn arrays(words: usize, text: usize) -> (Words, Octets) {
    let words = Words::new(Int32Array::new(vec![0; words]));
    (words, Octets::new(Uint8Array::new(vec![0; text])))
}

impl Ring {
    /// What JavaScript does: reads to the end, then starts the ring anew.
    pub(in crate::node) fn drain(&mut self) -> Vec<i32> {
        let words = self.words.get_mut();
        let end = words[AT] as usize;
        let events = words[HEADER..end].to_vec();
        words[AT] = word(HEADER);
        words[TEXT_AT] = 0;
        events
    }
}

fn emit(ring: &mut Ring, session: i32, words: &[i32]) {
    ring.open(session).expect("sound");
    ring.event(words.len(), 0, |writer| writer.put(words));
    ring.publish();
}

#[test]
fn events_say_whose_they_are_when_that_changes() {
    let mut ring = ring(64, 64);
    emit(&mut ring, 1, &[90]);
    emit(&mut ring, 1, &[91]);
    emit(&mut ring, 2, &[92]);
    assert_eq!(ring.drain(), [1, 1, 90, 91, 1, 2, 92]);
    emit(&mut ring, 2, &[93]);
    assert_eq!(ring.drain(), [1, 2, 93]);
}

#[test]
fn a_call_without_events_leaves_the_ring_alone() {
    let mut ring = ring(64, 64);
    emit(&mut ring, 1, &[90]);
    ring.open(2).expect("sound");
    ring.publish();
    emit(&mut ring, 1, &[91]);
    assert_eq!(ring.drain(), [1, 1, 90, 91]);
}

#[test]
fn what_does_not_fit_comes_after_a_refill() {
    let mut ring = ring(HEADER + 5, 64);
    emit(&mut ring, 1, &[90, 0, 0]);
    emit(&mut ring, 1, &[91, 0]);
    // Short enough for the ring, but it is not its turn.
    emit(&mut ring, 1, &[92]);
    assert_eq!(ring.words.get()[SPILLED], 1);
    assert!(!ring.has_room());
    assert_eq!(ring.drain(), [1, 1, 90, 0, 0]);
    assert!(ring.refill());
    assert_eq!(ring.words.get()[SPILLED], 0);
    assert_eq!(ring.drain(), [1, 1, 91, 0, 92]);
    emit(&mut ring, 1, &[93]);
    assert_eq!(ring.drain(), [1, 1, 93]);
}

#[test]
fn a_refill_that_does_not_fit_waits_for_larger_arrays() {
    let mut ring = ring(HEADER + 4, 4);
    ring.open(1).expect("sound");
    ring.event(3, 6, |writer| {
        writer.put(&[90, 91, 92]);
        writer.octets(b"octets");
    });
    ring.publish();
    assert_eq!(ring.drain(), []);
    assert!(!ring.refill());
    assert_eq!(ring.spilled(), (HEADER + 5, 6));
    let (words, text) = arrays(HEADER + 5, 6);
    ring.resize(words, text);
    ring.publish();
    assert_eq!(ring.drain(), []);
    assert!(ring.refill());
    assert_eq!(ring.text.get(), b"octets");
    assert_eq!(ring.drain(), [1, 1, 90, 91, 92]);
}

#[test]
fn a_refill_without_a_spill_leaves_a_fresh_ring() {
    let mut ring = ring(64, 64);
    assert!(ring.refill());
    emit(&mut ring, 1, &[90]);
    assert_eq!(ring.drain(), [1, 1, 90]);
}

#[test]
fn the_spill_may_hold_events_of_several_sessions() {
    let mut ring = ring(HEADER + 3, 8);
    for session in [1, 2, 2, 3] {
        emit(&mut ring, session, &[90 + session, 0]);
    }
    assert_eq!(ring.drain(), []);
    let (words, text) = arrays(64, 64);
    ring.resize(words, text);
    assert!(ring.refill());
    assert_eq!(ring.drain(), [1, 1, 91, 0, 1, 2, 92, 0, 92, 0, 1, 3, 93, 0]);
}

#[test]
fn a_small_ring_has_room_when_it_is_empty() {
    assert!(ring(HEADER + 4, 4).has_room());
}

#[test]
fn room_is_refused_before_the_ring_is_full() {
    let mut ring = ring(10_000, 1 << 20);
    let mut events = 0;
    while ring.has_room() {
        emit(&mut ring, 1, &[0; 100]);
        events += 1;
    }
    assert!((75..85).contains(&events), "{events}");
    assert_eq!(ring.words.get()[SPILLED], 0);
}

#[test]
fn text_is_room_too() {
    let mut ring = ring(10_000, 1 << 17);
    ring.open(1).expect("sound");
    assert!(ring.has_room());
    ring.event(1, 100_000, |writer| writer.octets(&[0; 100_000]));
    assert!(!ring.has_room());
}

#[test]
fn positions_outside_of_the_ring_are_refused() {
    for (at, text_at) in [(7, 0), (65, 0), (-1, 0), (8, 65), (8, -1)] {
        let mut ring = ring(64, 64);
        let words = ring.words.get_mut();
        words[AT] = at;
        words[TEXT_AT] = text_at;
        assert_eq!(ring.open(1), Err(Damaged), "{at} {text_at}");
    }
}

#[test]
fn an_event_that_was_never_finished_is_not_seen() {
    for words in [64, HEADER + 2] {
        let mut ring = ring(words, 64);
        ring.open(1).expect("sound");
        let broken = crate::node::guard::run(|| {
            ring.event(4, 4, |writer| {
                writer.line(Field::new(b"n", b"v"));
                panic!("expected by this test");
            });
        });
        assert!(broken.is_err());
        ring.recover();
        ring.event(1, 0, |writer| writer.put(&[90]));
        ring.publish();
        let mut events = ring.drain();
        if events.is_empty() {
            let (words, text) = arrays(64, 64);
            ring.resize(words, text);
            assert!(ring.refill());
            events = ring.drain();
        }
        assert_eq!(events, [1, 1, 90]);
        // The names of the lost event are told again.
        ring.open(1).expect("sound");
        ring.event(4, 2, |writer| writer.line(Field::new(b"n", b"v")));
        ring.publish();
        assert!(ring.drain()[2] < 0);
    }
}

/// Reads fields as JavaScript does, with a mirror of the table of strings.
#[derive(Default)]
struct Mirror(HashMap<i32, Vec<u8>>);

impl Mirror {
    fn field(&mut self, words: &mut &[i32], text: &mut &[u8]) -> (Vec<u8>, Vec<u8>, bool) {
        let first = words[0];
        let mark = if first < 0 { !first } else { first } & SENSITIVE;
        let name = self.string(words, text, mark);
        (name, self.string(words, text, 0), mark != 0)
    }

    fn string(&mut self, words: &mut &[i32], text: &mut &[u8], mark: i32) -> Vec<u8> {
        let word = words[0] ^ mark;
        *words = &words[1..];
        if word >= 0 {
            return self.0[&word].clone();
        }
        let (string, rest) = text.split_at(!word as usize);
        *text = rest;
        let id = words[0];
        *words = &words[1..];
        if id >= 0 {
            self.0.insert(id, string.to_vec());
        }
        string.to_vec()
    }
}

#[test]
fn fields_arrive_as_they_were_sent() {
    let long = vec![b'x'; 300];
    let fields: [(&[u8], &[u8], bool); 6] = [
        (b":status", b"200", false),
        (b"set-cookie", b"a", true),
        (b"set-cookie", b"a", false),
        (b"", b"", false),
        (b"long", &long, false),
        (&long, b"long", true),
    ];
    let (mut ring, mut mirror) = (ring(256, 4096), Mirror::default());
    for round in 0..2 {
        ring.open(1).expect("sound");
        for (name, value, sensitive) in fields {
            ring.event(4, 600, |writer| writer.line(Field { name, value, sensitive }));
        }
        ring.publish();
        let text = ring.text.get()[..ring.text_at].to_vec();
        let events = ring.drain();
        let (mut words, mut text) = (&events[2..], &text[..]);
        for (name, value, sensitive) in fields {
            let field = mirror.field(&mut words, &mut text);
            assert_eq!(field, (name.to_vec(), value.to_vec(), sensitive), "round {round}");
        }
        assert!(words.is_empty() && text.is_empty());
    }
}

#[test]
fn a_sensitive_value_is_told_each_time_and_kept_nowhere() {
    let mut ring = ring(64, 64);
    for _ in 0..2 {
        ring.open(1).expect("sound");
        ring.event(4, 10, |writer| writer.line(Field::sensitive(b"name", b"secret")));
        ring.publish();
        let events = ring.drain();
        assert_eq!(events[events.len() - 2..], [!6, -1]);
    }
    ring.open(1).expect("sound");
    ring.event(4, 10, |writer| writer.line(Field::new(b"name", b"secret")));
    ring.publish();
    let events = ring.drain();
    assert_eq!(events[events.len() - 2], !6);
}

/// The words of a section, as told to session 1.
fn tell(ring: &mut Ring, told: &mut Told, number: u64, fields: &FieldList) -> Vec<i32> {
    ring.open(1).expect("sound");
    ring.event(fields.len() * 4, fields.size() as usize, |writer| {
        writer.section(fields, number, Some(told));
    });
    ring.publish();
    ring.drain().split_off(2)
}

#[test]
fn a_section_that_comes_again_is_told_by_the_ids_it_was_told_by() {
    let list = |pairs: &[(&str, &str)]| -> FieldList {
        pairs.iter().map(|(name, value)| Field::new(name.as_bytes(), value.as_bytes())).collect()
    };
    let (mut ring, mut told) = (ring(64, 4096), Told::default());
    let (first, other) = (list(&[("a", "1"), ("b", "2")]), list(&[("a", "3")]));
    let defined = tell(&mut ring, &mut told, 1, &first);
    let ids: Vec<_> = [1, 3, 5, 7].map(|at| defined[at]).into();
    for _ in 0..3 {
        assert_eq!(tell(&mut ring, &mut told, 1, &first), ids);
    }
    tell(&mut ring, &mut told, 2, &other);
    assert_eq!(tell(&mut ring, &mut told, 1, &first), ids);
    assert_eq!(tell(&mut ring, &mut told, 1, &first), ids);
    // Nobody knows any more what the ids mean.
    ring.recover();
    assert!(tell(&mut ring, &mut told, 1, &first).iter().any(|word| *word < 0));
}

#[test]
fn a_section_whose_ids_were_taken_by_others_is_told_anew() {
    let section = |n: usize| -> FieldList {
        let (name, value) = (format!("name-{n}"), format!("value-{n}"));
        [Field::new(name.as_bytes(), value.as_bytes())].into_iter().collect()
    };
    let (mut ring, mut mirror) = (ring(64, 4096), Mirror::default());
    // Two sessions share the table of strings.
    let (mut told, mut others) = (Told::default(), Told::default());
    for round in 0..10 {
        // The same three times, then more from the other one than the table holds.
        let all = [0, 0, 0].into_iter().chain(round * 1500..(round + 1) * 1500);
        for (step, n) in all.enumerate() {
            let fields = section(n);
            let (number, told) = if step < 3 { (1, &mut told) } else { (n as u64, &mut others) };
            let words = tell(&mut ring, told, number, &fields);
            let text = ring.text.get()[..fields.size() as usize].to_vec();
            let (name, value, _) = mirror.field(&mut &words[..], &mut &text[..]);
            let field = fields.get(0).expect("one");
            assert_eq!((&name[..], &value[..]), (field.name, field.value));
        }
    }
}
