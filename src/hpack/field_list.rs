//! A field section in one buffer.

use std::ops::Range;
use std::{fmt, slice};

use super::{FIELD_OVERHEAD, Field};

/// Capacity, in octets, that [`FieldList::clear`] keeps for the next block. One large section must
/// not hold its memory for the life of an idle connection.
const KEPT_CAPACITY: usize = 16 * 1024;

/// A field section: the octets of all field lines in one buffer, with a span for each.
///
/// Made to be reused: [`clear`](Self::clear) empties it and keeps the buffer, unless that has grown
/// beyond 16 KiB. The limits keep what is collected in bounds while it is being decoded; when a
/// field line does not fit, it and all after it are left out and [`truncated`](Self::truncated)
/// says so.
#[derive(Clone)]
pub struct FieldList {
    octets: Vec<u8>,
    spans: Vec<Span>,
    size: u32,
    max_size: u32,
    max_pairs: u32,
    truncated: bool,
}

/// Where a field line lies in the buffer: its value follows its name.
#[derive(Clone, Copy)]
struct Span {
    start: u32,
    name_len: u32,
    value_len: u32,
    sensitive: bool,
}

impl FieldList {
    /// An empty list that is limited by its 32-bit arithmetic alone. Allocates nothing.
    pub const fn new() -> Self {
        Self {
            octets: Vec::new(),
            spans: Vec::new(),
            size: 0,
            max_size: u32::MAX,
            max_pairs: u32::MAX,
            truncated: false,
        }
    }

    /// Sets what the list takes: `max_list_size` as SETTINGS_MAX_HEADER_LIST_SIZE counts it (name,
    /// value and 32 octets for each field line, RFC 9113 §6.5.2) and `max_pairs` field lines.
    /// What is in the list already stays.
    pub fn set_limits(&mut self, max_list_size: u32, max_pairs: u32) {
        self.max_size = max_list_size;
        self.max_pairs = max_pairs;
    }

    /// Empties the list; the limits stay. Capacity beyond 16 KiB is given back.
    pub fn clear(&mut self) {
        self.octets.clear();
        self.octets.shrink_to(KEPT_CAPACITY);
        self.spans.clear();
        self.spans.shrink_to(KEPT_CAPACITY / size_of::<Span>());
        self.size = 0;
        self.truncated = false;
    }

    /// Appends a copy of a field line, or marks the list truncated if it does not fit.
    #[inline]
    pub fn push(&mut self, field: Field<'_>) {
        if self.admits(field.size()) {
            self.octets.extend_from_slice(field.name);
            self.octets.extend_from_slice(field.value);
            self.append_span(field.name.len(), field.value.len(), field.sensitive);
        }
    }

    /// The number of field lines.
    #[inline]
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// Whether there is no field line.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// The size of what the list holds, as RFC 9113 §6.5.2 counts it.
    #[inline]
    pub fn size(&self) -> u32 {
        self.size
    }

    /// Whether a limit was hit since the last [`clear`](Self::clear), so that field lines are
    /// missing from the end.
    #[inline]
    pub fn truncated(&self) -> bool {
        self.truncated
    }

    /// The field line at `index`, in the order of the wire.
    #[inline]
    pub fn get(&self, index: usize) -> Option<Field<'_>> {
        self.spans.get(index).map(|span| span.field(&self.octets))
    }

    /// All field lines, in the order of the wire.
    #[inline]
    pub fn iter(&self) -> Iter<'_> {
        Iter { octets: &self.octets, spans: self.spans.iter() }
    }

    /// Keeps the field lines for which `keep` returns true, in their order.
    pub fn retain(&mut self, mut keep: impl FnMut(Field<'_>) -> bool) {
        let (octets, size, mut end) = (&mut self.octets, &mut self.size, 0);
        self.spans.retain_mut(|span| {
            if !keep(span.field(octets)) {
                *size -= span.size();
                return false;
            }
            octets.copy_within(span.range(), end as usize);
            span.start = end;
            end += span.name_len + span.value_len;
            true
        });
        self.discard_tail();
    }
}

/// What the decoder needs: it writes a literal straight into the buffer, behind the last field
/// line, before it can know whether the whole fits.
impl FieldList {
    /// The buffer, for octets to be appended. They become a field line with `commit`, or go with
    /// `leave_out`.
    #[inline]
    pub(super) fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.octets
    }

    /// Octets that a field line may have, name and value together, to fit into the list still.
    #[inline]
    pub(super) fn room(&self) -> usize {
        if self.truncated || self.spans.len() >= self.max_pairs as usize {
            return 0;
        }
        (self.max_size.saturating_sub(self.size) as usize).saturating_sub(FIELD_OVERHEAD)
    }

    /// The buffer's last `len` octets.
    #[inline]
    pub(super) fn tail(&self, len: usize) -> &[u8] {
        &self.octets[self.octets.len() - len..]
    }

    /// Makes a field line of the buffer's last octets, or drops them if it does not fit.
    #[inline]
    pub(super) fn commit(&mut self, name_len: usize, value_len: usize, sensitive: bool) {
        if self.admits(name_len + value_len + FIELD_OVERHEAD) {
            self.append_span(name_len, value_len, sensitive);
        } else {
            self.leave_out();
        }
    }

    /// Gives up the field line that the buffer's last octets were for.
    #[cold]
    pub(super) fn leave_out(&mut self) {
        self.discard_tail();
        self.truncated = true;
    }

    /// Drops the octets behind the last field line.
    pub(super) fn discard_tail(&mut self) {
        self.octets.truncate(self.spans.last().map_or(0, |span| span.range().end));
    }

    /// Appends a field line whose name and value lie side by side.
    #[inline]
    pub(super) fn push_joined(&mut self, octets: &[u8], name_len: usize) {
        if self.admits(octets.len() + FIELD_OVERHEAD) {
            self.octets.extend_from_slice(octets);
            self.append_span(name_len, octets.len() - name_len, false);
        }
    }

    /// Whether a field line of `size` fits; marks the list truncated if not.
    #[inline]
    fn admits(&mut self, size: usize) -> bool {
        let fits = !self.truncated
            && size <= self.max_size.saturating_sub(self.size) as usize
            && self.spans.len() < self.max_pairs as usize;
        self.truncated = !fits;
        fits
    }

    /// Accounts for the buffer's last octets, which `admits` has let in: their size, and so every
    /// length and position, fits into 32 bits.
    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "bounded by max_size, which is a u32")]
    fn append_span(&mut self, name_len: usize, value_len: usize, sensitive: bool) {
        let span = Span {
            start: (self.octets.len() - name_len - value_len) as u32,
            name_len: name_len as u32,
            value_len: value_len as u32,
            sensitive,
        };
        self.size += span.size();
        self.spans.push(span);
    }
}

impl Span {
    #[inline]
    fn range(self) -> Range<usize> {
        let start = self.start as usize;
        start..start + self.name_len as usize + self.value_len as usize
    }

    #[inline]
    fn field(self, octets: &[u8]) -> Field<'_> {
        let (name, value) = octets[self.range()].split_at(self.name_len as usize);
        Field { name, value, sensitive: self.sensitive }
    }

    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "FIELD_OVERHEAD is 32")]
    fn size(self) -> u32 {
        self.name_len + self.value_len + FIELD_OVERHEAD as u32
    }
}

impl Default for FieldList {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for FieldList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<'a> Extend<Field<'a>> for FieldList {
    fn extend<T: IntoIterator<Item = Field<'a>>>(&mut self, fields: T) {
        fields.into_iter().for_each(|field| self.push(field));
    }
}

impl<'a> FromIterator<Field<'a>> for FieldList {
    fn from_iter<T: IntoIterator<Item = Field<'a>>>(fields: T) -> Self {
        let mut list = Self::new();
        list.extend(fields);
        list
    }
}

impl<'a> IntoIterator for &'a FieldList {
    type Item = Field<'a>;
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

/// The field lines of a [`FieldList`], in the order of the wire.
#[derive(Clone)]
pub struct Iter<'a> {
    octets: &'a [u8],
    spans: slice::Iter<'a, Span>,
}

impl<'a> Iterator for Iter<'a> {
    type Item = Field<'a>;

    #[inline]
    fn next(&mut self) -> Option<Field<'a>> {
        self.spans.next().map(|span| span.field(self.octets))
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.spans.size_hint()
    }
}

impl DoubleEndedIterator for Iter<'_> {
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        self.spans.next_back().map(|span| span.field(self.octets))
    }
}

impl ExactSizeIterator for Iter<'_> {}

impl fmt::Debug for Iter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(fields: &[(&'static str, &'static str)]) -> FieldList {
        fields.iter().map(|(name, value)| Field::new(name.as_bytes(), value.as_bytes())).collect()
    }

    #[test]
    fn gives_back_what_was_pushed() {
        let mut list = list(&[("a", "1"), ("", ""), ("bc", "")]);
        list.push(Field::sensitive(b"d", b"234"));
        assert_eq!(list.len(), 4);
        assert_eq!(list.size(), 4 * 32 + 8);
        assert_eq!(list.get(0), Some(Field::new(b"a", b"1")));
        assert_eq!(list.get(1), Some(Field::new(b"", b"")));
        assert_eq!(list.get(3), Some(Field::sensitive(b"d", b"234")));
        assert_eq!(list.get(4), None);
        assert_eq!(list.iter().next_back(), list.get(3));
        assert_eq!(format!("{list:?}"), "[a: 1, : , bc: , d: (sensitive)]");
    }

    #[test]
    fn retain_keeps_order_and_counts_size() {
        let mut list = list(&[("a", "1"), ("b", "22"), ("c", "333")]);
        list.retain(|field| field.name != b"b");
        assert_eq!(list.iter().map(|field| field.name).collect::<Vec<_>>(), [b"a", b"c"]);
        assert_eq!(list.size(), 2 * 32 + 6);
        list.push(Field::new(b"d", b"4"));
        assert_eq!(list.get(1), Some(Field::new(b"c", b"333")));
        assert_eq!(list.get(2), Some(Field::new(b"d", b"4")));
        assert_eq!(list.octets, b"a1c333d4", "no octets of the others remain");
    }

    #[test]
    fn nothing_is_kept_after_the_first_that_does_not_fit() {
        let mut list = FieldList::new();
        list.set_limits(100, 10);
        list.push(Field::new(b"a", b"1"));
        list.push(Field::new(b"long", &[b'x'; 60]));
        assert!(list.truncated());
        list.push(Field::new(b"b", b"2"));
        assert_eq!((list.len(), list.size()), (1, 34));

        list.clear();
        assert!(!list.truncated());
        list.push(Field::new(b"a", &[b'x'; 67]));
        assert_eq!((list.len(), list.size(), list.truncated()), (1, 100, false));
        list.push(Field::new(b"", b""));
        assert!(list.truncated());
    }

    #[test]
    fn pairs_are_limited_too() {
        let mut list = FieldList::new();
        list.set_limits(u32::MAX, 2);
        (0..3).for_each(|_| list.push(Field::new(b"a", b"1")));
        assert_eq!((list.len(), list.truncated()), (2, true));
    }

    #[test]
    fn clear_keeps_little_memory() {
        let mut list = FieldList::new();
        assert_eq!((list.octets.capacity(), list.spans.capacity()), (0, 0));
        list.push(Field::new(b"a", &[b'x'; 1000]));
        let kept = list.octets.capacity();
        list.clear();
        assert_eq!(list.octets.capacity(), kept);
        (0..5000).for_each(|_| list.push(Field::new(b"a", b"1234")));
        list.push(Field::new(b"a", &vec![b'x'; 1_000_000]));
        list.clear();
        assert!(list.octets.capacity() <= KEPT_CAPACITY);
        assert!(list.spans.capacity() * size_of::<Span>() <= KEPT_CAPACITY);
    }
}
