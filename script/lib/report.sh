# shellcheck shell=bash
# Counting what passed and what failed over all parts of a test run.

counted_line='^([0-9]+) passed, ([0-9]+) failed$'

# open_tally: starts the count. Parts run in subshells, so it is kept in a file of "part passed failed" lines.
open_tally() {
    tally_folder=$(mktemp -d)
    trap 'rm -rf "$tally_folder"' EXIT
    tally_file=$tally_folder/tally
    : >"$tally_file"
    summary=()
}

tally() { printf '%s %d %d\n' "$part" "$1" "$2" >>"$tally_file"; }

# sum COLUMN [PART]: passed (2) or failed (3), of one part or of all.
sum() { awk -v column="$1" -v part="${2-}" 'part == "" || $1 == part { sum += $column } END { print sum + 0 }' "$tally_file"; }

# tally_run STATUS PASSED FAILED: a command that failed without naming a failed test has failed once.
tally_run() {
    if [ "$1" != 0 ] && [ "$3" = 0 ]; then
        tally "$2" 1
    else
        tally "$2" "$3"
    fi
}

# check NAME COMMAND…: one check, by the command's status.
check() {
    if step "$@"; then
        tally 1 0
    else
        tally 0 1
    fi
}

# check_junit NAME REPORT COMMAND…: as many checks as the command's JUnit report has test cases.
check_junit() {
    local name=$1 report=$2 status=0 tests=0 bad=0 skipped=0
    shift 2
    rm -f "$report"
    step "$name" "$@" || status=$?
    if [ -f "$report" ]; then
        tests=$(suite_attribute tests "$report")
        bad=$(($(suite_attribute failures "$report") + $(suite_attribute errors "$report")))
        skipped=$(suite_attribute skipped "$report")
    fi
    tally_run "$status" $((tests - bad - skipped)) "$bad"
}

# suite_attribute NAME REPORT: a number from the report's outermost element, 0 where it is not given.
suite_attribute() {
    local element
    element=$(grep --max-count=1 --only-matching '<testsuites [^>]*>' "$2") || true
    if [[ $element =~ \ $1=\"([0-9]+)\" ]]; then
        printf '%s\n' "${BASH_REMATCH[1]}"
    else
        printf '0\n'
    fi
}

# check_doc_tests NAME COMMAND…: one run of the test harness per crate, each with a "test result" line.
check_doc_tests() {
    local name=$1 log=$tally_folder/doc-tests status=0
    shift
    step "$name" logged "$log" "$@" || status=$?
    tally_run "$status" "$(sum_before passed "$log")" "$(sum_before failed "$log")"
}

sum_before() {
    awk -v word="$1;" '/^test result:/ { for (i = 2; i <= NF; i++) if ($i == word) sum += $(i - 1) } END { print sum + 0 }' "$2"
}

# check_counted NAME COMMAND…: the command ends with a line "N passed, M failed", which goes into the sum, not onto the screen.
check_counted() {
    local name=$1 log=$tally_folder/counted status=0 last
    shift
    step "$name" logged "$log" "$@" || status=$?
    last=$(grep --extended-regexp "$counted_line" "$log" | tail -n 1) || true
    if [[ $last =~ $counted_line ]]; then
        tally_run "$status" "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
    else
        printf '%s did not end with a line "N passed, M failed".\n' "$name"
        tally 0 1
    fi
}

# logged LOG COMMAND…: shows the command's output, keeps it in LOG, and answers the command's status.
logged() {
    local log=$1
    shift
    "$@" 2>&1 | tee "$log" | sed --unbuffered --regexp-extended "/$counted_line/d"
    return "${PIPESTATUS[0]}"
}

# close_part PART STATUS DURATION: a part that stopped before its first failed check, for want of a tool, has failed once.
close_part() {
    local part=$1
    if [ "$2" != 0 ] && [ "$(sum 3 "$part")" = 0 ]; then
        tally 0 1
    fi
    summary+=("$(printf '%-8s %5d passed %5d failed %10s' "$part" "$(sum 2 "$part")" "$(sum 3 "$part")" "$3")")
}

# close_tally: the table of parts, then the one line, and a status that is zero only if something ran and nothing failed.
close_tally() {
    local passed failed
    passed=$(sum 2)
    failed=$(sum 3)
    printf '\n'
    printf '%s\n' "${summary[@]}"
    if [ $((passed + failed)) = 0 ]; then
        printf 'Nothing ran: no test has a name like that.\n'
    fi
    printf '%d passed, %d failed\n' "$passed" "$failed"
    [ "$failed" = 0 ] && [ "$passed" -gt 0 ]
}
