# shellcheck shell=bash
# Counts passed and failed checks across all parts of a test run, and prints the report.

summary_line='^([0-9]+) passed, ([0-9]+) failed$'

# start_report: starts counting. Parts run in subshells, so results are stored in a file, one "part passed failed" line each.
start_report() {
    report_folder=$(mktemp -d)
    trap 'rm -rf "$report_folder"' EXIT
    results_file=$report_folder/results
    : >"$results_file"
    summary=()
}

# add_result PASSED FAILED: adds to the counts of the current part.
add_result() { printf '%s %d %d\n' "$part" "$1" "$2" >>"$results_file"; }

# sum COLUMN [PART]: prints the passed (2) or failed (3) count of one part, or of all.
sum() { awk -v column="$1" -v part="${2-}" 'part == "" || $1 == part { sum += $column } END { print sum + 0 }' "$results_file"; }

# add_run STATUS PASSED FAILED: adds the counts. A command that fails without a failed test counts as one failure.
add_run() {
    if [ "$1" != 0 ] && [ "$3" = 0 ]; then
        add_result "$2" 1
    else
        add_result "$2" "$3"
    fi
}

# check NAME COMMAND…: runs one check, which passes if the command succeeds.
check() {
    if step "$@"; then
        add_result 1 0
    else
        add_result 0 1
    fi
}

# check_junit NAME REPORT COMMAND…: runs a command and counts the test cases of its JUnit report.
check_junit() {
    local name=$1 report=$2 status=0 tests=0 failures=0 skipped=0
    shift 2
    rm -f "$report"
    step "$name" "$@" || status=$?
    if [ -f "$report" ]; then
        tests=$(suite_attribute tests "$report")
        failures=$(($(suite_attribute failures "$report") + $(suite_attribute errors "$report")))
        skipped=$(suite_attribute skipped "$report")
    fi
    add_run "$status" $((tests - failures - skipped)) "$failures"
}

# suite_attribute NAME REPORT: prints a number from the report's root element, or 0 if it is missing.
suite_attribute() {
    local element
    element=$(grep --max-count=1 --only-matching '<testsuites [^>]*>' "$2") || true
    if [[ $element =~ \ $1=\"([0-9]+)\" ]]; then
        printf '%s\n' "${BASH_REMATCH[1]}"
    else
        printf '0\n'
    fi
}

# check_doc_tests NAME COMMAND…: counts the "test result" lines, one for each crate.
check_doc_tests() {
    local name=$1 log=$report_folder/doc-tests status=0
    shift
    step "$name" logged "$log" "$@" || status=$?
    add_run "$status" "$(sum_before passed "$log")" "$(sum_before failed "$log")"
}

# sum_before WORD LOG: prints the sum of the numbers before WORD in the "test result" lines.
sum_before() {
    awk -v word="$1;" '/^test result:/ { for (i = 2; i <= NF; i++) if ($i == word) sum += $(i - 1) } END { print sum + 0 }' "$2"
}

# check_with_summary NAME COMMAND…: runs a command whose last line is "N passed, M failed", adds its counts and hides that line.
check_with_summary() {
    local name=$1 log=$report_folder/summary status=0 last
    shift
    step "$name" logged "$log" "$@" || status=$?
    last=$(grep --extended-regexp "$summary_line" "$log" | tail -n 1) || true
    if [[ $last =~ $summary_line ]]; then
        add_run "$status" "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
    else
        printf '%s did not end with a line "N passed, M failed".\n' "$name"
        add_result 0 1
    fi
}

# logged LOG COMMAND…: prints the command's output, saves it in LOG, and returns the command's status.
logged() {
    local log=$1
    shift
    "$@" 2>&1 | tee "$log" | sed --unbuffered --regexp-extended "/$summary_line/d"
    return "${PIPESTATUS[0]}"
}

# finish_part PART STATUS DURATION: adds a line to the report. A part that fails without a failed check counts as one failure.
finish_part() {
    local part=$1
    if [ "$2" != 0 ] && [ "$(sum 3 "$part")" = 0 ]; then
        add_result 0 1
    fi
    summary+=("$(printf '%-8s %5d passed %5d failed %10s' "$part" "$(sum 2 "$part")" "$(sum 3 "$part")" "$3")")
}

# print_report: prints a line for each part and the total. Succeeds only if something ran and nothing failed.
print_report() {
    local passed failed
    passed=$(sum 2)
    failed=$(sum 3)
    printf '\n'
    printf '%s\n' "${summary[@]}"
    if [ $((passed + failed)) = 0 ]; then
        printf 'No test matches the filter.\n'
    fi
    printf '%d passed, %d failed\n' "$passed" "$failed"
    [ "$failed" = 0 ] && [ "$passed" -gt 0 ]
}
