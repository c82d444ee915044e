//! Figures: the numbers that rules watch, charts draw and the API names. One table.

use serde::{Deserialize, Serialize};

use crate::topic::Topic;

/// How a figure's number is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A share where 1 is all; shown in percent.
    Share,
    /// A quotient without unit, two decimals: CPI, pace.
    Quotient,
    /// A count.
    Count,
    /// Major units of the reporting currency, USD.
    Money,
    /// Milliseconds.
    Milliseconds,
    /// Days.
    Days,
    /// Minutes.
    Minutes,
    /// Events or requests a minute.
    PerMinute,
    /// A score from 0 to 100.
    Score,
}

macro_rules! figures {
    ($($variant:ident $topic:ident $name:literal $unit:ident $title:literal $formula:literal;)*) => {
        /// A number of one topic, for one entity or, without entity, for the whole book.
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub enum Figure {
            $(#[doc = $formula] #[serde(rename = $name)] $variant,)*
        }

        impl Figure {
            /// Every figure, by topic.
            pub const ALL: &[Figure] = &[$(Figure::$variant,)*];

            /// The topic whose events make it.
            pub fn topic(self) -> Topic {
                match self { $(Figure::$variant => Topic::$topic,)* }
            }

            /// Its name in rules, URLs and JSON.
            pub fn name(self) -> &'static str {
                match self { $(Figure::$variant => $name,)* }
            }

            /// How its number is written.
            pub fn unit(self) -> Unit {
                match self { $(Figure::$variant => Unit::$unit,)* }
            }

            /// Its name on the screen.
            pub fn title(self) -> &'static str {
                match self { $(Figure::$variant => $title,)* }
            }

            /// How it is computed, in a line.
            pub fn formula(self) -> &'static str {
                match self { $(Figure::$variant => $formula,)* }
            }
        }
    };
}

figures! {
    Utilization Budget "utilization" Share "Used" "Actual to date / approved.";
    CommittedUtilization Budget "committed_utilization" Share "Used and committed" "(Actual + committed) / approved.";
    Pace Budget "pace" Quotient "Pace" "Utilization / share of the period that has passed; undefined before 10 % of it.";
    ForecastOverrun Budget "forecast_overrun" Share "Forecast overrun" "(Actual + forecast remaining - approved) / approved.";
    VarianceToPlan Budget "variance_to_plan" Share "To plan" "(Actual - planned to date) / approved.";
    DaysToExhaustion Budget "days_to_exhaustion" Days "Days to exhaustion" "Available / burn per day over the trailing window.";
    Cpi Projects "cpi" Quotient "CPI" "Cost performance index: EV / AC.";
    Spi Projects "spi" Quotient "SPI" "Schedule performance index: EV / PV.";
    SlipDays Projects "slip_days" Days "Slip" "Forecast finish - baseline finish.";
    DaysToFinish Projects "days_to_finish" Days "Days to finish" "Baseline finish - now.";
    Completion Projects "completion" Share "Complete" "Share of the work that is done.";
    BudgetOverrun Projects "budget_overrun" Share "Budget overrun" "(EAC - BAC) / BAC with EAC = BAC / CPI.";
    Watermelon Projects "watermelon" Count "Watermelon" "1 when the project reports green and CPI is below 0.9, else 0.";
    ProjectRisk Projects "risk_score" Score "Risk score" "Sum of the parts cost, schedule, deadline and own score.";
    StatusAge Projects "status_age" Days "Status age" "Now - the newest report, of a project under way.";
    AtRisk Projects "at_risk" Count "At risk" "Projects with CPI or SPI below 0.90.";
    DaysToDue Compliance "days_to_due" Days "Days to due" "Due - now, for an open item.";
    DaysOverdue Compliance "days_overdue" Days "Days overdue" "Now - due, for an open item past its due date.";
    ItemSeverity Compliance "severity" Count "Severity" "1 low, 2 medium, 3 high, 4 critical; one more for a repeat; 0 when closed.";
    Repeat Compliance "repeat" Count "Repeats" "1 when an open item repeats an earlier one, else 0.";
    Overdue Compliance "overdue" Count "Overdue" "Open items past their due date.";
    ControlPassRate Compliance "control_pass_rate" Share "Control pass rate" "Passed / (passed + failed) control tests.";
    TransactionScore Transactions "score" Score "Risk score" "Sum of the weights of the reasons that hold, at most 100.";
    TransactionRate Transactions "rate" PerMinute "Rate" "Transactions of the last full minutes, a minute.";
    TransactionValue Transactions "value" Money "Value" "Value of the last hour in USD.";
    ApprovalRate Transactions "approval_rate" Share "Approved" "Approved / (approved + declined).";
    ExpectedLoss Risk "expected_loss" Money "Expected loss" "Probability x impact; PD x LGD x EAD for credit.";
    ResidualRisk Risk "residual_risk" Money "Residual risk" "Expected loss x (1 - control effectiveness).";
    RiskRating Risk "rating" Count "Rating" "1 low to 4 critical, from likelihood x impact; 0 when closed.";
    MitigationOverdueDays Risk "mitigation_overdue_days" Days "Mitigation overdue" "Now - mitigation due, while it is open.";
    ErrorRatio System "error_ratio" Share "Error ratio" "Failed requests / requests.";
    LatencyP99 System "latency_p99" Milliseconds "p99" "99th percentile of latency; over services the worst.";
    Cpu System "cpu" Share "CPU" "CPU utilization.";
    Memory System "memory" Share "Memory" "Memory utilization.";
    Availability System "availability" Share "Availability" "Reports that say up / reports, over the last hour.";
    ServiceDown System "down" Count "Down" "1 when the service does not answer, else 0.";
    MissedRecords System "missed_records" Count "Missed" "Messages of a Kafka partition that retention dropped before they were read.";
    FreshnessMinutes Etl "freshness" Minutes "Freshness" "Now - watermark; over jobs the oldest.";
    RunFailed Etl "failed" Count "Failed" "1 when the last attempt of the newest run failed, else 0.";
    SuccessRate Etl "success_rate" Share "Success" "Runs that completed / runs that ended, of the last 24 h.";
    RejectRate Etl "reject_rate" Share "Rejected rows" "Rows rejected / rows in.";
    DurationRatio Etl "duration_ratio" Quotient "Duration" "Duration / trailing median of completed runs.";
}

impl Figure {
    /// The figure of a topic that has this name.
    pub fn named(topic: Topic, name: &str) -> Option<Figure> {
        Figure::ALL.iter().copied().find(|figure| figure.topic() == topic && figure.name() == name)
    }

    /// The figure that stands for a topic on the overview.
    pub fn headline(topic: Topic) -> Figure {
        match topic {
            Topic::Budget => Figure::Utilization,
            Topic::Projects => Figure::Cpi,
            Topic::Compliance => Figure::Overdue,
            Topic::Transactions => Figure::TransactionRate,
            Topic::Risk => Figure::ExpectedLoss,
            Topic::System => Figure::LatencyP99,
            Topic::Etl => Figure::FreshnessMinutes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_find_their_figure() {
        for &figure in Figure::ALL {
            assert_eq!(Figure::named(figure.topic(), figure.name()), Some(figure));
        }
        assert_eq!(Figure::named(Topic::Etl, "utilization"), None);
    }
}
