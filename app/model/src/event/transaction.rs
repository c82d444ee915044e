//! Transactions: money that moves on an account.

use serde::{Deserialize, Serialize};

use super::Invalid;
use crate::unit::{Country, Money, id};

id! {
    /// A transaction.
    TransactionId
}

id! {
    /// A tokenised account: stands for the account number and is none.
    AccountId
}

id! {
    /// A tokenised customer.
    CustomerId
}

id! {
    /// Fingerprint of a device.
    DeviceId
}

/// What kind of movement it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TransactionType {
    /// Card or wallet at a merchant.
    Purchase,
    /// Cash out.
    Withdrawal,
    /// Cash or cheque in.
    Deposit,
    /// To another account.
    Transfer,
    /// A bill.
    Payment,
    /// Money back from a merchant.
    Refund,
    /// The bank's own charge.
    Fee,
}

impl TransactionType {
    /// Whether the account's balance falls.
    pub fn is_debit(self) -> bool {
        !matches!(self, TransactionType::Deposit | TransactionType::Refund)
    }
}

/// Through what the customer acted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// Web.
    Online,
    /// App.
    Mobile,
    /// Cash machine.
    Atm,
    /// Counter.
    Branch,
    /// Call centre.
    Phone,
}

impl Channel {
    /// Every channel.
    pub const ALL: [Channel; 5] =
        [Channel::Online, Channel::Mobile, Channel::Atm, Channel::Branch, Channel::Phone];

    /// Position in [`Channel::ALL`].
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The name on the screen.
    pub fn title(self) -> &'static str {
        match self {
            Channel::Online => "Online",
            Channel::Mobile => "Mobile",
            Channel::Atm => "ATM",
            Channel::Branch => "Branch",
            Channel::Phone => "Phone",
        }
    }
}

/// Where the movement stands with the core system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TransactionStatus {
    /// Not decided.
    Pending,
    /// Done.
    Approved,
    /// Refused.
    Declined,
    /// Undone.
    Reversed,
}

/// One movement of money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Transaction {
    /// The transaction.
    pub transaction: TransactionId,
    /// Tokenised account; the key.
    pub account: AccountId,
    /// Tokenised customer.
    pub customer: CustomerId,
    /// How much, above zero; the type says in which direction.
    pub amount: Money,
    /// What kind of movement.
    #[serde(rename = "type")]
    pub kind: TransactionType,
    /// Through what.
    pub channel: Channel,
    /// Where it stands.
    pub status: TransactionStatus,
    /// Merchant category code of ISO 18245, four digits.
    pub merchant_category: Option<String>,
    /// Country in which the money moved.
    pub country: Country,
    /// Whether a card was read.
    pub card_present: bool,
    /// Device of the customer, where there is one.
    pub device: Option<DeviceId>,
    /// Country of the network address, where there is one.
    pub ip_country: Option<Country>,
    /// The account's balance afterwards, where the core system tells it.
    pub balance_after: Option<Money>,
}

impl Transaction {
    pub(super) fn validate(&self) -> Result<(), Invalid> {
        Invalid::unless(self.amount.minor > 0, "amount", "must be above zero")?;
        Invalid::unless_amounts(&[("amount", self.amount)])?;
        let balance = self.balance_after.unwrap_or(Money::zero(self.amount.currency));
        Invalid::unless(
            balance.currency == self.amount.currency,
            "balance_after",
            "must have the currency of the amount",
        )?;
        let digits =
            |code: &String| code.len() == 4 && code.bytes().all(|byte| byte.is_ascii_digit());
        Invalid::unless(
            self.merchant_category.as_ref().is_none_or(digits),
            "merchant_category",
            "is four digits (ISO 18245)",
        )
    }
}
