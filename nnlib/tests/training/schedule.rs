use crate::support::message;
use nnlib::Schedule;

#[test]
fn rates_follow_their_formulas() {
    let rates = |schedule: Schedule, times: [usize; 4]| times.map(|t| (schedule.rate(t) * 1e6).round() / 1e6);
    assert_eq!(rates(0.3.try_into().unwrap(), [0, 1, 10, 1000]), [0.3; 4]);
    assert_eq!(rates(Schedule::step(1.0, 0.5, 10).unwrap(), [0, 9, 10, 25]), [1.0, 1.0, 0.5, 0.25]);
    assert_eq!(rates(Schedule::exponential(1.0, 0.25, 10).unwrap(), [0, 5, 10, 20]), [1.0, 0.5, 0.25, 0.0625]);
    assert_eq!(rates(Schedule::inverse_time(1.0, 0.5).unwrap(), [0, 2, 6, 18]), [1.0, 0.5, 0.25, 0.1]);
    assert_eq!(rates(Schedule::cosine(1.0, 10).unwrap(), [0, 5, 10, 20]), [1.0, 0.5, 0.0, 0.0]);
    let then = Schedule::step(1.0, 0.5, 2).unwrap();
    assert_eq!(rates(Schedule::warm_up(4, then).unwrap(), [0, 3, 4, 6]), [0.25, 1.0, 1.0, 0.5]);
}

#[test]
fn rates_that_make_no_sense_are_named() {
    assert_eq!(message(Schedule::exponential(1.0, 2.0, 1)), "factor of the schedule: expected a number in (0, 1], got 2");
    assert_eq!(message(Schedule::step(1.0, 0.5, 0)), "updates of a step of the schedule: expected at least 1, got 0");
    assert_eq!(message(Schedule::warm_up(0, 0.1)), "updates of the warm-up: expected at least 1, got 0");
    assert_eq!(message(Schedule::warm_up(1, -0.1)), "learning rate: expected a finite number above 0, got -0.1");
    assert_eq!(message(Schedule::inverse_time(0.1, -1.0)), "decay: expected a finite number of at least 0, got -1");
    assert_eq!(message(Schedule::cosine(0.1, 0)), "updates of the cosine schedule: expected at least 1, got 0");
}
