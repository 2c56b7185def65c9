//! What a column holds, whatever its width or encoding.

use arrow::datatypes::DataType;

/// What a column holds; files whose columns are of one kind are read as one table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// True or false.
    Bool,
    /// Whole numbers of any width.
    Int,
    /// Floats of any width.
    Float,
    /// Decimal numbers.
    Decimal,
    /// Text, as strings or dictionary.
    Text,
    /// Days.
    Date,
    /// Moments; for filters only.
    Timestamp,
    /// CSV fields: each use reads them as what it needs.
    Untyped,
    /// Nulls alone.
    Null,
    /// Nested or binary: not read.
    Other,
}

impl Kind {
    /// The kind of an Arrow type.
    #[must_use]
    pub fn of(data_type: &DataType) -> Self {
        use DataType as T;
        match data_type {
            T::Boolean => Self::Bool,
            T::Int8 | T::Int16 | T::Int32 | T::Int64 => Self::Int,
            T::UInt8 | T::UInt16 | T::UInt32 | T::UInt64 => Self::Int,
            T::Float16 | T::Float32 | T::Float64 => Self::Float,
            T::Decimal32(..) | T::Decimal64(..) | T::Decimal128(..) | T::Decimal256(..) => {
                Self::Decimal
            }
            T::Utf8 | T::LargeUtf8 | T::Utf8View => Self::Text,
            T::Date32 | T::Date64 => Self::Date,
            T::Timestamp(..) => Self::Timestamp,
            T::Dictionary(_, value) => Self::of(value),
            T::Null => Self::Null,
            _ => Self::Other,
        }
    }

    /// Its name in messages.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::Int => "integer",
            Self::Float => "float",
            Self::Decimal => "decimal",
            Self::Text => "text",
            Self::Date => "date",
            Self::Timestamp => "timestamp",
            Self::Untyped => "CSV text",
            Self::Null => "empty",
            Self::Other => "nested or binary",
        }
    }

    /// Whether its values are numbers.
    #[must_use]
    pub const fn is_number(self) -> bool {
        matches!(self, Self::Int | Self::Float | Self::Decimal)
    }

    /// Whether columns of both kinds can be one column.
    #[must_use]
    pub fn combines(self, other: Self) -> bool {
        self == other || matches!(self, Self::Null) || matches!(other, Self::Null)
    }
}
