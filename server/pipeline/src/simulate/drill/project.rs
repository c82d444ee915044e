//! Project deadlines: three projects near their finish turn out late and over budget.

use model::{
    Payload, Ratio, Severity, Timestamp,
    event::{Project, project::Rag},
};

use super::{calm::Calm, stage::Stage};

/// How far ahead of the finish an unfinished project is critical.
const NOTICE: i64 = 14 * Timestamp::DAY;

/// How one project fails.
struct Fall {
    /// Drill time at which the finish is [`NOTICE`] ahead, in milliseconds.
    deadline_ms: i64,
    /// Cost performance, schedule performance, days of slip, and the colour that the project
    /// reports, step by step.
    steps: &'static [(f64, f64, i64, Rag)],
    /// The first step that is critical in itself.
    critical: Option<usize>,
}

/// One that time catches, one whose cost performance falls while it reports green, one whose
/// estimate at completion jumps.
const FALLS: [Fall; 3] = [
    Fall {
        deadline_ms: 34_000,
        steps: &[
            (0.965, 0.96, 4, Rag::Green),
            (0.94, 0.94, 9, Rag::Amber),
            (0.93, 0.92, 13, Rag::Amber),
            (0.88, 0.89, 17, Rag::Red),
        ],
        critical: None,
    },
    Fall {
        deadline_ms: 118_000,
        steps: &[
            (0.96, 0.97, 3, Rag::Green),
            (0.93, 0.95, 6, Rag::Green),
            (0.87, 0.93, 9, Rag::Green),
            (0.84, 0.91, 14, Rag::Amber),
            (0.80, 0.88, 21, Rag::Red),
        ],
        critical: Some(2),
    },
    Fall {
        deadline_ms: 134_000,
        steps: &[
            (0.96, 0.96, 5, Rag::Green),
            (0.93, 0.94, 11, Rag::Amber),
            (0.79, 0.91, 19, Rag::Red),
            (0.77, 0.86, 28, Rag::Red),
        ],
        critical: Some(2),
    },
];

/// Writes the script.
pub fn script(stage: &mut Stage, calm: &mut Calm) {
    let hit = calm.projects.hold(FALLS.len());
    for (place, (fall, project)) in (0_i64..).zip(FALLS.iter().zip(hit)) {
        let deadline_ms = fall.deadline_ms + stage.dice.whole(0, 6_000);
        near(stage, project, deadline_ms);
        let mut at_ms = 7_000 + place * 18_000 + stage.dice.whole(0, 4_000);
        let mut critical_ms = deadline_ms;
        for (index, &step) in fall.steps.iter().enumerate() {
            if fall.critical == Some(index) {
                critical_ms = at_ms;
            }
            stage.crisis(at_ms, Payload::Project(fallen(project, step)));
            at_ms += stage.dice.whole(15_000, 21_000);
        }
        let data = Payload::Project(project.clone());
        stage.expect(critical_ms, &data, &project.name, Severity::Critical);
    }
}

/// Moves a project close to its finish, with a good part of the work left.
fn near(stage: &mut Stage, project: &mut Project, deadline_ms: i64) {
    let done = stage.dice.between(0.58, 0.74);
    let factor = done / project.percent_complete.get();
    project.ev = project.ev.scaled(factor);
    project.pv = project.pv.scaled(factor);
    project.ac = project.ac.scaled(factor);
    project.percent_complete = Ratio::clamped(done);
    let finish = stage.time(deadline_ms + NOTICE);
    let moved = finish.since(project.baseline_finish);
    project.baseline_finish = finish;
    project.forecast_finish = project.forecast_finish.plus(moved);
    for milestone in project.milestones.iter_mut().filter(|milestone| !milestone.done) {
        milestone.baseline = milestone.baseline.min(finish);
        milestone.forecast = milestone.forecast.min(project.forecast_finish);
    }
}

/// The project with other performance indices: what was earned stays.
fn fallen(project: &Project, (cpi, spi, slip_days, rag): (f64, f64, i64, Rag)) -> Project {
    let late = project.baseline_finish.plus(slip_days * Timestamp::DAY);
    Project {
        ac: project.ev.scaled(1.0 / cpi),
        pv: project.ev.scaled(1.0 / spi),
        forecast_finish: late,
        reported_rag: rag,
        risk_score: match rag {
            Rag::Green => 35,
            Rag::Amber => 60,
            Rag::Red => 85,
        },
        ..project.clone()
    }
}
