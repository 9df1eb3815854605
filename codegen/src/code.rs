//! Every kind of problem that the press can find, in one table.
//!
//! A problem can only be reported under a code of this table, so none goes unnamed. What each means, why
//! it matters and what would be right stands in `diagnostics.md`, one section per code.

use crate::Error;
use crate::diagnostic::Level;
use crate::name;
use std::fmt;
use std::str::FromStr;

/// One section per code, headed by its name.
const EXPLANATIONS: &str = include_str!("../diagnostics.md");

/// Makes the enum and its tables from one list, so that they cannot disagree.
macro_rules! codes {
    ($($variant:ident $name:literal $level:ident $title:literal)*) => {
        /// The short name of a kind of problem, such as `path-param`. It never changes its meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $(#[doc = $title] $variant),* }

        impl Code {
            /// All codes, in the order in which documentation is read and checked.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The name: lower-case words joined by `-`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            /// How bad it is, unless a warning is denied.
            pub const fn level(self) -> Level {
                match self { $(Self::$variant => Level::$level),* }
            }

            /// What is wrong, in one line.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title),* }
            }
        }
    };
}

codes! {
    // Reading: is it YAML, are the keys and kinds of value right?
    Yaml "yaml" Error "the file is not YAML"
    DuplicateKey "duplicate-key" Error "a key stands twice in one mapping"
    UnknownKey "unknown-key" Error "the format has no such key"
    MissingKey "missing-key" Error "a key that must be there is not"
    WrongType "wrong-type" Error "a value is of the wrong kind"
    UnknownWord "unknown-word" Error "only certain words are known here"
    Duration "duration" Error "a time is not written as a number and a unit"
    AuthShape "auth-shape" Error "`auth` tells no single way to prove who asks"
    RuleShape "rule-shape" Error "a rule says nothing, or several things"

    // The vendor file.
    Label "label" Error "the label gives no name that tools could carry"
    BaseUrl "base-url" Error "the base URL is no URL of a host and path"
    Header "header" Error "a header cannot be sent"
    HttpMethod "http-method" Error "the HTTP method is none that can be pressed"
    UnknownCredential "unknown-credential" Error "`auth` names a credential that is not listed"
    CredentialName "credential-name" Error "a credential's name cannot become an environment variable"
    CredentialHelp "credential-help" Warning "nobody is told where to find a credential"
    UnknownTag "unknown-tag" Error "a tag is used that is not listed"
    TagClash "tag-clash" Error "one word names two tags"
    TagDescription "tag-description" Warning "a tag is not described"

    // Methods, records and names.
    Undocumented "undocumented" Warning "a method has no record, so it becomes no tool"
    UnknownResource "unknown-resource" Error "a file documents a resource that is not listed"
    UnknownMethod "unknown-method" Error "a record documents a method that is not listed"
    Name "name" Error "a word cannot be part of a tool's name"
    NameClash "name-clash" Error "two things would have one name"
    NameLength "name-length" Error "a tool's name is longer than clients take"
    LongName "long-name" Warning "a tool's name is so long that some clients leave it out"

    // Texts and links.
    Description "description" Error "a description tells a model nothing"
    HiddenText "hidden-text" Error "a text holds characters that people do not see"
    FirstSentence "first-sentence" Warning "the first sentence is longer than lists show"
    DeadLink "dead-link" Error "a link leads to no tool"
    LinkPlace "link-place" Error "a link stands where it cannot vanish with its tool"
    Status "status" Error "advice is for a status that no answer has"

    // Paths and parameters.
    Path "path" Error "a path template cannot be sent"
    PathParam "path-param" Error "a path and its documented parameters disagree"
    ParamClash "param-clash" Error "two parameters of one tool have one name"
    UnknownParam "unknown-param" Error "a parameter is named that does not exist"
    FlatParam "flat-param" Error "an object stands where only flat values can be sent"
    Body "body" Error "the request cannot carry this body"
    Wait "wait" Error "long polling waits by a parameter that is no integer"

    // Schemas.
    DeadRef "dead-ref" Error "a `$ref` leads to no shared type"
    RefSibling "ref-sibling" Error "a key is lost beside `$ref`"
    TypeCycle "type-cycle" Error "a type holds itself"
    MissingType "missing-type" Error "a schema has no type"
    UnknownType "unknown-type" Error "no type is called so"
    EnumType "enum-type" Error "only words can be listed in `enum`"
    EnumEmpty "enum-empty" Error "an `enum` allows nothing"
    EnumClash "enum-clash" Error "two words of an `enum` would be one Rust variant"
    Pattern "pattern" Error "a pattern cannot be compiled"
    ConstraintType "constraint-type" Error "a bound does not belong to this type"
    Range "range" Error "bounds leave nothing between them"
    UnknownRequired "unknown-required" Error "a required field is not documented"
    Items "items" Error "`items` and `type: array` need each other"
    Properties "properties" Error "`properties` belong to an object"
    Object "object" Error "an object does not say what it holds"
    Union "union" Error "a tagged union is incomplete or holds its tag twice"
    DeadTag "dead-tag" Error "a union is told apart by a field that does not stand beside it"
    TagValue "tag-value" Error "the variants of a union are not the words of its tag"
    UnionKey "union-key" Error "a key has different types in two variants"
    Value "value" Error "a default or example does not fit its schema"

    // Rules over several parameters, and whole examples.
    RuleField "rule-field" Error "a rule names a field that does not exist"
    RuleValue "rule-value" Error "a rule waits for a value that never comes"
    Example "example" Error "an example would be refused"

    // Guidance and workflows: links from tool to tool.
    DeadField "dead-field" Error "a link names a field that is not answered"
    DeadParam "dead-param" Error "a link names a parameter that is not taken"
    LinkType "link-type" Error "a value is passed on to where another type is taken"
    PollValue "poll-value" Error "polling waits for a value that never comes"
    PollProgress "poll-progress" Error "progress is told by more than two fields"
    GuidanceCycle "guidance-cycle" Error "calls each require the other first"
    DeadStep "dead-step" Error "a step takes a value from no earlier step"
    DeadArgument "dead-argument" Error "a step takes an argument that the workflow does not have"
    StepClash "step-clash" Error "two steps of a workflow have one name"
    UnusedArgument "unused-argument" Warning "an argument of a workflow is never used"

    // What clients take: each of these would make one of them refuse the tool or the whole list.
    KeyAlphabet "key-alphabet" Error "some clients refuse a key of the input schema"
    DescriptionLength "description-length" Error "a description is longer than clients take"
    DepthLimit "depth-limit" Error "an input schema nests deeper than clients take"
    EnumSize "enum-size" Error "an `enum` has more words than clients take"
    PropertyCount "property-count" Error "an input schema has more properties than clients take"
    Depth "depth" Warning "an input schema nests so deep that models fail"
    ToolSize "tool-size" Warning "a tool costs too much of a model's attention"
    ListSize "list-size" Warning "a vendor's tools fill too much of a conversation"

    // Habits of good documentation; looked at once there are no errors.
    DescriptionRepeatsName "description-repeats-name" Warning "a description only repeats the tool's name"
    ImplicitEffect "implicit-effect" Warning "nobody says what a method of its own name does to data"
    NoReturns "no-returns" Warning "nobody says what a list or get answers"
    NoDescription "no-description" Warning "a parameter is not described"
    NoExample "no-example" Warning "a call with a body has no example"
    NoMethods "no-methods" Warning "a resource has no methods"
    UnusedTag "unused-tag" Warning "no tool carries a tag"
    UnusedType "unused-type" Warning "nothing refers to a shared type"

    // What was promised: the lock.
    BreakingChange "breaking-change" Error "a change breaks what the lock promises"
    StaleLock "stale-lock" Warning "the lock does not know all there is"
}

impl Code {
    /// What it means, why it matters, and what is wrong and right: Markdown.
    pub fn explanation(self) -> &'static str {
        let heading = format!("\n## {self}\n");
        let section = EXPLANATIONS.split_once(heading.as_str()).map_or("", |(_, rest)| rest);
        section.split("\n## ").next().unwrap_or_default().trim()
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Code {
    type Err = Error;

    /// Finds a code by its name, and names the nearest if there is none.
    fn from_str(name: &str) -> Result<Self, Error> {
        Self::ALL.iter().copied().find(|code| code.as_str() == name).ok_or_else(|| {
            let near = name::nearest(name, Self::ALL.iter().map(|code| code.as_str()));
            let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            Error::Setting(format!("no diagnostic has the code `{name}`{near}"))
        })
    }
}
