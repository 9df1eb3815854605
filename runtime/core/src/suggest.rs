//! "Did you mean": the nearest of several names.

/// Longer names, in bytes, are no slips of the pen, and comparing costs time by their length.
const LONGEST: usize = 256;

/// The candidate nearest to a name, if one is near enough to be what was meant.
pub fn nearest<'c>(name: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    if name.len() > LONGEST {
        return None;
    }
    let wanted = name.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(&wanted, &candidate.to_lowercase()), candidate))
        .filter(|(likeness, _)| *likeness >= 0.8)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn near_names_are_found_and_far_ones_are_not() {
        let names = ["table", "state", "sink_id_or_name"];
        assert_eq!(nearest("tabel", names), Some("table"));
        assert_eq!(nearest("sink_id", names), Some("sink_id_or_name"));
        assert_eq!(nearest("State", names), Some("state"));
        assert_eq!(nearest("colour", names), None);
        assert_eq!(nearest("", names), None);
        assert_eq!(nearest(&"state".repeat(1_000), names), None);
    }
}
