"""Prompts are documents: Markdown with a header that says purpose, inputs, output and version. One renderer.

A document starts with a header between two `---` lines, one `name: value` a line, then a `# System` and a
`# User` part. `{{name}}` stands for an input; every input is data written by others and is put between
fences that its own digest names, so that text inside cannot write the closing fence.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files

from agents.models.personal import PersonalData

_SLOT = re.compile(r"\{\{(\w+)\}\}")
_HEADER = ("purpose", "inputs", "output", "version")


@dataclass(frozen=True, slots=True)
class PromptDocument:
    """A prompt as its file says it. `inputs` are the names of its slots, all of them used in the user part."""

    name: str
    purpose: str
    inputs: tuple[str, ...]
    output: str
    """Name of the type that the answer must have."""
    version: int
    system: str
    user: str

    @property
    def label(self) -> str:
        """Name and version, as recorded with every call."""
        return f"{self.name}@{self.version}"


def read_prompt(name: str, text: str) -> PromptDocument:
    """Parse a prompt document; ValueError names what is missing and how to mend it."""
    parts = re.fullmatch(r"---\n(.*?)\n---\n+# System\n(.*?)\n# User\n(.*)", text, flags=re.DOTALL)
    if parts is None:
        raise ValueError(f"prompt {name}: write a header between two --- lines, then '# System' and '# User' parts")
    header: dict[str, str] = {}
    for line in parts[1].splitlines():
        key, colon, value = line.partition(":")
        if not colon or key not in _HEADER:
            raise ValueError(f"prompt {name}: header line {line!r}; the lines are {', '.join(_HEADER)}")
        header[key] = value.strip()
    for key in _HEADER:
        if not header.get(key):
            raise ValueError(f"prompt {name}: the header lacks {key}; add a line '{key}: …'")
    if not header["version"].isdecimal():
        raise ValueError(f"prompt {name}: version {header['version']!r} must be a whole number")
    inputs = tuple(part.strip() for part in header["inputs"].split(","))
    system, user = parts[2].strip(), parts[3].strip()
    if _SLOT.search(system):
        raise ValueError(f"prompt {name}: inputs are data and may stand in the user part only")
    if set(_SLOT.findall(user)) != set(inputs):
        raise ValueError(f"prompt {name}: the header's inputs and the {{{{slots}}}} of the user part must be the same")
    return PromptDocument(name, header["purpose"], inputs, header["output"], int(header["version"]), system, user)


def load_prompt(package: str, name: str) -> PromptDocument:
    """Read `prompts/<name>.md` of a package, for example `load_prompt("agents.reading", "claim")`."""
    return read_prompt(name, files(package).joinpath("prompts", f"{name}.md").read_text(encoding="utf-8"))


def fence(text: str) -> str:
    """`text` between two lines that carry its digest; the digest is drawn again if the text contains it."""
    label = hashlib.sha256(text.encode()).hexdigest()[:16]
    while label in text:
        label = hashlib.sha256(label.encode()).hexdigest()[:16]
    return f"<data {label}>\n{text}\n</data {label}>"


@dataclass(frozen=True, slots=True)
class Prompt:
    """A document with its inputs and the personal data that must not leave with them."""

    document: PromptDocument
    inputs: Mapping[str, str]
    personal: PersonalData

    def __post_init__(self) -> None:
        if set(self.inputs) != set(self.document.inputs):
            raise ValueError(
                f"prompt {self.document.name} takes the inputs {', '.join(self.document.inputs)}; "
                f"got {', '.join(sorted(self.inputs)) or 'none'}"
            )

    def render(self, mask: Callable[[str], str]) -> tuple[str, str]:
        """The system and the user text, every input masked and fenced."""
        fenced = {name: fence(mask(text)) for name, text in self.inputs.items()}
        return self.document.system, _SLOT.sub(lambda slot: fenced[slot[1]], self.document.user)
