"""The crisis reflex over the phrases that ship: what it must see, and what it must leave alone."""

import time
from pathlib import Path

import pytest

from bot.crisis import CRISIS_INTENTS, CrisisDataError, CrisisMatch, CrisisMatcher, fold
from tests.crisis.seen import intent_of

SELF_HARM = [
    "tried it once before and it comes back",
    "wont matter after tonight",
    "it wont matter after tonight",
    "none of this will matter tomorrow",
    "i cant make it through tonight",
    "dont think ill make it through the night",
    "not gonna make it thru tonight",
    "I can't make it through another night",
    "done with everything",
    "im done with everything bye",
    "giving my stuff away",
    "he is giving his things away",
    "she gave away her hoodies",
    "giving my switch to my bro, wont need it",
    "i relapsed last night",
    "relapsed after 3 months clean",
    "i was 3 months clean and i cut",
    "barcodes on my arm",
    "made more barcodes",
    "i did styro again",
    "i did it again on my thighs",
    "he makes me cut on cam",
    "she dares me to hurt myself for the server",
    "a man in chat tells my daughter to cut herself",
    "they told her to carve his name",
    "i wont be here tomorrow",
    "this is the last time ill talk to you",
    "you wont hear from me again",
    "im done. tell my mom i love her",
    "i wrote my goodbye letters",
    "I say goodbye to you all tomorrow I am not here",
    "i feel like giving up on everything",
    "i have no reason to be here",
    "he orders her to hurt her arm and show",
    "its my last night on earth",
    "say bye to my dog for me",
    "there are new cuts on his arms",
    "i want to die",
    "honestly i wish i was never born",
    "sometimes i hope i dont wake up tomorrow",
    "everyone would be better off without me",
    "kms tonight",
    "i'm gonna unalive myself",
    "thinking about the sewerslide again",
    "ready to ctb",
    "I can't do this anymore",
    "there is no way out",
    "I just want to end it all",
    "I've been cutting again since the video got out",
    "my daughter says she wants to die",
    "my best friend said he's going to kill himself",
    "she's cutting and hides her arms",
    "our son left a suicide note",
    "I don't see the point in living",
    "he told me he doesn't want to be here anymore",
    "if they post it I will kill myself",
    "I took a whole bottle of pills",
    "nobody would even notice if I was gone",
    "my student wrote a goodbye letter to her class",
    "the man online makes her hurt herself on camera",
    "I am so tired of being alive",
    "she keeps talking about suicide",
    "i feel like ending my life over those pictures",
    "my brother said he would rather be dead",
    "im scared of what i might do to myself",
    "i want to die lol",
    "they told me to kill myself",
    "he says he'll kill himself if i tell",
    "my little sister burns herself with a lighter",
]
IMMEDIATE_DANGER = [
    "a stranger at the gate is asking for one of my students",
    "they are beating a kid behind the gym right now",
    "i am not safe",
    "im not safe",
    "not safe rn",
    "im not safe with this man",
    "we are not safe here",
    "help im not safe",
    "I am not safe.",
    "he is outside my house right now",
    "the man from snapchat is waiting outside my school",
    "our 13 year old snuck out to meet someone and isn't answering her phone",
    "theres a man at my door and im alone",
    "he's on his way here",
    "he says he is coming to my house tonight and i am scared",
    "my stepdad is hitting my mom right now",
    "he has a knife",
    "he locked me in his room",
    "someone is following me home from the bus",
    "my daughter left to meet a man from the internet and her phone is off",
    "my son is missing",
    "we can't find our daughter anywhere",
    "im hiding in the closet and he is in the house",
    "please call 911",
    "he wont let me leave his apartment",
    "they took me and i dont know where i am",
    "he is choking her",
    "a guy just grabbed my sister outside the store",
    "i cant talk he will hear me",
]
MEET_IN_PERSON = [
    "a guy I met on discord wants to meet up this weekend",
    "im meeting him at the mall tomorrow",
    "she asked me to meet in person",
    "he said he'll pick me up after school, we met on snap",
    "my daughter is planning to meet someone she met on roblox",
    "my internet friend wants to come visit me",
    "he bought me a train ticket so i can see him",
    "should I meet my online boyfriend?",
    "i snuck out to meet a guy i know from instagram",
    "I met up with the man from the game and now I feel sick",
    "he will only delete the pictures if I meet him",
    "going to his house after school, nobody knows",
    "my friend is meeting a stranger from tiktok at a hotel",
    "they want to hang out irl but ive never met them",
    "he is driving six hours to see me",
]
ABUSE_OFFLINE = [
    "my new partner goes into my daughter room at night",
    "my coach makes me send pics of my body",
    "my stepbro makes me send him nudes",
    "my teacher asked me for a pic of my chest",
    "uncle takes pics of me in the shower",
    "my dad films me changing",
    "my cousin makes me do stuff at sleepovers",
    "my teacher asks me for nudes",
    "coach said send nudes or no playing time",
    "my uncle tells me to send naked photos",
    "her stepfather requests intimate pictures of her",
    "her swimming coach had her send him pictures of herself undressed",
    "my brother in law takes photos of my daughter in the bath",
    "grandpa shows me dirty videos",
    "my stepdad wants pictures of me in my underwear",
    "my uncle sends me his private pics",
    "my teacher sends me dirty messages",
    "My teacher say: send photo or bad mark.",
    "I'm being forced to have sex and I'm only 12 years old",
    "my uncle touches me",
    "my coach touched me in the locker room",
    "my dad hits me every day",
    "my stepfather comes into my room at night",
    "a teacher at my school makes me do things",
    "I was raped at a party",
    "my cousin molested me when I was seven",
    "my daughter told me her grandfather touched her",
    "my mom's boyfriend beats us",
    "he touched me and I told him to stop",
    "one of my students has bruises from her dad",
    "my boyfriend forced me to have sex",
    "when i was little my brother abused me",
    "my neighbor put his hand up my skirt",
    "the pastor keeps touching my son",
    "I am not safe at home",
]
# What was swallowed, or is in the hand, is both, so that the answer covers both.
TAKEN = [
    "took 20 tylenol",
    "i took 30 pills",
    "i drank the bleach",
    "i drank bleach",
    "got the pills in my hand",
    "i have the pills in my hand",
    "she swallowed my heart tablets",
    "swallowed a bunch of my moms pills",
    "I eat 30 pills",
    "I drink poison for rats",
    "he's drunk half a bottle of drain cleaner",
    "i took all my antidepressants",
    "i took a bunch of advil an hour ago",
    "she drank something from under the sink",
    "he has taken an overdose",
    "i overdosed",
    "took a whole bottle of zoloft",
    "ive taken like 15 xanax",
    "my daughter took too many pills",
    "took smth idk how many",
    "i already took them",
    "he took rat poison",
    "i swallowed batteries on purpose",
    "i drank antifreeze",
    "i took an entire box of paracetamol",
    "my friend took pills and is not waking up",
    "i just ate a handful of benadryl",
    "took twenty of my dads sleeping pills",
    "i took the whole bottle of my moms pills",
    "she took a whole packet of paracetamol an hour ago",
]
SPANISH = {
    "quiero morir": "self_harm",
    "ya no quiero vivir": "self_harm",
    "me quiero matar": "self_harm",
    "mi hija se corta los brazos": "self_harm",
    "todos estarían mejor sin mí": "self_harm",
    "mi amigo dice que se va a suicidar": "self_harm",
    "ya no puedo más con esta vida": "self_harm",
    "está afuera de mi casa": "immediate_danger",
    "tiene un arma": "immediate_danger",
    "me tiene encerrada en su cuarto": "immediate_danger",
    "me está pegando ahora": "immediate_danger",
    "mi hija se fue con un hombre de internet": "immediate_danger",
    "un chico que conocí en discord quiere verme en persona": "meet_in_person",
    "voy a verlo mañana en el parque": "meet_in_person",
    "dice que viene por mí a la escuela": "meet_in_person",
    "mi padrastro me toca": "abuse_offline",
    "mi papá me pega con el cinturón": "abuse_offline",
    "el entrenador me obliga a hacer cosas": "abuse_offline",
    "me violaron en una fiesta": "abuse_offline",
}
NOT_A_CRISIS = [
    "im not thinking about dying",
    "she denies wanting to die or hurting herself",
    "the police took the man away",
    "her mother doesnt let her out of her sight",
    "he never asked to meet",
    "a man at his work showed him the fake",
    "he has never said he would hurt himself",
    "i took 2 tylenol for a headache",
    "i took my meds this morning",
    "i took two advil",
    "what happens if you drink bleach in the game",
    "he told me to go drink bleach lol",
    "my mom gave me medicine",
    "is bleach ok on a white shirt",
    "my account is not safe",
    "is it not safe to post",
    "the site is not safe",
    "i told my mom he asks for nudes",
    "my mom asked about the nudes",
    "my mom wants me to delete the nudes",
    "my teacher saw the nude picture of me",
    "the principal showed me the naked pictures they made",
    "my dad asked for the picture to be taken down",
    "done with everything you said",
    "im done with my homework",
    "the party won't matter after graduation",
    "i cant make it to practice tomorrow",
    "i deleted the chat",
    "we are safe",
    "she is asleep",
    "he left",
    "the police came",
    "he says sorry",
    "i took his phone",
    "can the police find him",
    "a stranger",
    "from his school",
    "her dad",
    "i have an online boyfriend",
    "my mom told me to take a picture of my chest x ray",
    "he wants my nudes",
    "my friend asks for pics of my outfit",
    "tell my mom i need help",
    "how do i tell my mom i love someone",
    "my boss wants a photo for the website",
    "my cousin sent me the nude of my friend",
    "i never took any pills",
    "he relapsed on porn",
    "he wont stop, he wants more pics of my body",
    "my dad found out i sent nudes",
    "my mom made me send the pics to the police",
    "my coach asked for a team picture",
    "the bake sale beans were good",
    "barcode scanner app",
    "my teacher told us to send a picture of our homework",
    "i am safe",
    "im not in danger",
    "is snapchat not safe",
    "the app is just not safe",
    "",
    "   ",
    "hi",
    "help",
    "yes",
    "I'm 15",
    "he says he will post my nudes if I don't pay 300 dollars",
    "they are threatening to send my pictures to my whole school",
    "someone is blackmailing me on instagram",
    "a boy in my class made a fake nude of me with ai",
    "my ex posted my private pictures",
    "a guy on discord keeps asking for pictures",
    "he wants me to move to telegram and keep it a secret",
    "we met on roblox and he gives me robux",
    "i sent a picture and now i regret it",
    "my friends shared my picture in the group chat",
    "someone made a fake account with my face",
    "how do I report this to the police",
    "how do i block him on snapchat",
    "is it illegal to have these pictures",
    "will my parents find out",
    "my mom is going to kill me if she finds out",
    "my dad will kill me",
    "my parents are gonna murder me lol",
    "I am so scared and I can't sleep",
    "I feel so ashamed and stupid",
    "this is all my fault",
    "this homework is killing me",
    "i could die of embarrassment",
    "im dead lol",
    "dead 💀 that was so funny",
    "kill me now, this class is so boring",
    "i died laughing at that video",
    "im dying to see the new movie",
    "my phone is about to die",
    "i want to die of embarrassment",
    "I'm not suicidal",
    "I am not going to hurt myself",
    "no I don't want to die, I just want the pictures gone",
    "I would never kill myself",
    "he is not here",
    "no one is in danger",
    "the song says I want to die but it's just a song",
    "we read a book where the character kills himself",
    "how can our school teach suicide prevention",
    "my teacher wants to meet with my parents",
    "can I meet the school counselor tomorrow",
    "nice to meet you",
    "I've never met him in person",
    "how do I stop my kid from meeting strangers online",
    "my mom picks me up from school",
    "he keeps following me on instagram",
    "they hacked into my account",
    "he hit me up on snap",
    "my brother keeps hitting on my friend",
    "what is grooming",
    "what does kms mean",
    "kys you stupid bot",
    "how do i make her kill herself",
    "the pizza guy is at the door",
    "we met on tinder and he is blackmailing me",
    "they are forcing me to do things on camera",
    "he wants to see me naked on camera",
    "my life is over if they post it",
    "he says he knows where i live and will post it tonight",
    "what is sextortion",
    "an ai chatbot keeps saying weird sexual things to my son",
    "I keep having thoughts about kids and want help to stop",
    "i found sexual images of kids on a website",
    "what games can I use in class to teach online safety",
    "what's the weather today",
    "book me an uber to the airport",
    "who won the game last night",
    "my daughter is missing school because of the bullying",
    "they call me ugly every day and made memes of me",
    "I ran 10 kms this morning",
    "is my daughter in danger of being hacked",
    "the file won't open",
    "me muero de risa",
    "me muero de vergüenza",
    "mi mamá me va a matar si se entera",
    "no me quiero morir, solo quiero que borren las fotos",
    "me están chantajeando con una foto",
    "quieren dinero o publican mis fotos",
    "un chico del juego me pide fotos",
    "cómo denuncio esto",
    "hicieron una foto falsa de mí con ia",
    "me muero por ver esa película",
    "la tarea me está matando",
]


@pytest.mark.parametrize("text", SELF_HARM)
def test_self_harm_is_seen(matcher: CrisisMatcher, text: str) -> None:
    assert intent_of(matcher, text) == "self_harm"


@pytest.mark.parametrize("text", IMMEDIATE_DANGER)
def test_immediate_danger_is_seen(matcher: CrisisMatcher, text: str) -> None:
    assert intent_of(matcher, text) == "immediate_danger"


@pytest.mark.parametrize("text", MEET_IN_PERSON)
def test_a_meeting_with_an_online_contact_is_seen(matcher: CrisisMatcher, text: str) -> None:
    assert intent_of(matcher, text) == "meet_in_person"


@pytest.mark.parametrize("text", ABUSE_OFFLINE)
def test_abuse_by_somebody_known_is_seen(matcher: CrisisMatcher, text: str) -> None:
    assert intent_of(matcher, text) == "abuse_offline"


@pytest.mark.parametrize("text", TAKEN)
def test_what_was_taken_is_self_harm_and_danger_at_once(matcher: CrisisMatcher, text: str) -> None:
    found = matcher.match(text)
    assert found is not None
    assert found.intent == "self_harm"
    assert "immediate_danger" in found.also


@pytest.mark.parametrize(("text", "intent"), SPANISH.items())
def test_spanish_is_seen(matcher: CrisisMatcher, text: str, intent: str) -> None:
    assert intent_of(matcher, text) == intent


@pytest.mark.parametrize("text", NOT_A_CRISIS)
def test_everything_else_is_left_alone(matcher: CrisisMatcher, text: str) -> None:
    assert matcher.match(text) is None


DISGUISES = {
    "capitals": str.upper,
    "wide letters": lambda text: "".join(chr(ord(c) + 0xFEE0) if c.isalpha() else c for c in text),
    "accents": lambda text: text.replace("e", "é").replace("i", "í"),
    "zero-width spaces": "\u200b".join,
    "soft hyphens": "\u00ad".join,
    "combining marks": lambda text: "".join(c + "\u0336" for c in text),
    "Cyrillic look-alikes": lambda text: text.replace("e", "е").replace("o", "о"),
    "digits for letters": lambda text: text.replace("e", "3").replace("i", "1").replace("o", "0"),
    "stretched letters": lambda text: text.replace("e", "eeee").replace("i", "iiii"),
    "more spaces": lambda text: text.replace(" ", "   \n"),
    "an emoji between words": lambda text: text.replace(" ", " 😭 ", 1) + " 💔",
    "run together": lambda text: "#" + text.replace(" ", ""),
    "a long story before it": lambda text: "We went to the lake and it was fine. " * 40 + text,
    "a long story after it": lambda text: text + ". We went to the lake and it was fine." * 40,
}


@pytest.mark.parametrize("name", DISGUISES)
@pytest.mark.parametrize("text", ["want to die", "kill myself", "end my life"])
def test_a_disguise_hides_nothing(matcher: CrisisMatcher, name: str, text: str) -> None:
    assert intent_of(matcher, DISGUISES[name](text)) == "self_harm"


@pytest.mark.parametrize(
    "text",
    [
        "want to d i e",
        "w a n t t o d i e",
        "want to d.i.e",
        "want to d-i-e",
        "k m s",
        "k!ll myself",
        "k1ll mys3lf",
        "su1c1dal",
        "su*cidal",
        "im suicdal",
        "kill mysefl",
        "i wanna kil myself",
        "i dont wanna live anymor",
        "I don’t want to live",
        "I dont want to LIVE!!!",
        "𝓌𝒶𝓃𝓉 𝓉𝑜 𝒹𝒾𝑒",
    ],
)
def test_a_slip_or_a_disguised_spelling_is_seen(matcher: CrisisMatcher, text: str) -> None:
    assert intent_of(matcher, text) == "self_harm"


def test_emoji_at_the_end_hide_nothing(matcher: CrisisMatcher) -> None:
    assert intent_of(matcher, "he is outside my house 😰😰😰") == "immediate_danger"


@pytest.mark.parametrize(
    "text",
    [
        "he is outside my house and i want to die",
        "i want to die. he is outside my house",
        "quiero morir, he is outside my house",
    ],
)
def test_danger_and_self_harm_both_said_are_both_told(matcher: CrisisMatcher, text: str) -> None:
    found = matcher.match(text)
    assert found is not None
    assert found.intent == "self_harm"
    assert "immediate_danger" in found.also


def test_the_order_of_the_taxonomy_decides() -> None:
    expected = ("self_harm", "immediate_danger", "meet_in_person", "abuse_offline")
    assert expected == CRISIS_INTENTS


def test_a_denial_hides_only_what_it_denies(matcher: CrisisMatcher) -> None:
    assert intent_of(matcher, "i'm not suicidal but i keep cutting myself") == "self_harm"
    assert intent_of(matcher, "im dead lol. but really i want to die") == "self_harm"
    assert intent_of(matcher, "i dont want to die but he is at my door") == "immediate_danger"


def test_a_crisis_inside_another_subject_is_seen(matcher: CrisisMatcher) -> None:
    text = "he wants 200 dollars or he posts my nudes, if he does i'll kill myself"
    assert intent_of(matcher, text) == "self_harm"


def test_the_rule_that_saw_it_is_named(matcher: CrisisMatcher) -> None:
    found = matcher.match("i want to die")
    assert found == CrisisMatch("self_harm", (), "en.self_harm.want_to_die")
    assert matcher.match("quiero morir").phrase.startswith("es.self_harm.")  # type: ignore[union-attr]


def test_all_matches_come_most_urgent_first(matcher: CrisisMatcher) -> None:
    found = matcher.all_matches("my uncle touches me and i want to die")
    assert list(dict.fromkeys(match.intent for match in found)) == ["self_harm", "abuse_offline"]
    assert found[0].also == ("abuse_offline",)
    assert found[-1].also == ("self_harm",)


LONG = {
    "an ordinary story": "my friend says she is fine and we went out with her mom, ok? ",
    "one word": "he ",
    "one crisis word": "kms ",
    "an idiom": "i am dead lol ",
    "one endless word": "iwanttodie",
    "spelled letters": "k i l l ",
    "stars": "su*cide ",
    "bangs": "k!",
    "marks on one letter": "\u0316\u0301",
    "dots": ".",
    "expanding characters": "\ufdfa",
    "nearly a phrase": "he wants to ~ i do not want ",
}


@pytest.mark.parametrize("name", LONG)
def test_time_is_in_proportion_to_the_text(matcher: CrisisMatcher, name: str) -> None:
    text = (LONG[name] * 100_000)[:100_000]
    matcher.match(text)  # fills the memory, as any earlier message does
    started = time.process_time()
    matcher.match(text)
    # Some 0.05 s for an ordinary story; a quadratic step would take minutes.
    assert time.process_time() - started < 3


def test_a_phrase_at_the_end_of_a_hundred_kilobytes_is_seen(matcher: CrisisMatcher) -> None:
    assert intent_of(matcher, "we went to the lake. " * 5000 + "i want to die") == "self_harm"


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("I want to D1E!!!", "i want to die ."),
        ("diiiie", "die"),
        ("pleeease", "pleease"),
        ("k!ll", "kill"),
        ("stop!please", "stop . please"),
        ("d i e", "die"),
        ("can i k m s", "can i kms"),
        ("don't don’t dont", "dont dont dont"),
        ("mañana está", "manana esta"),
        ("so... i", "so i"),
        ("sad😭now", "sad 😭 now"),
        ("s*icide", "s*icide"),
        ("I'm 15", "im 15"),
        ("\u202eabc\x00", "abc"),
        ("", ""),
    ],
)
def test_folding(typed: str, folded: str) -> None:
    assert fold(typed) == folded


EMPTY = "immediate_danger: {phrases: {x: [b]}}\nmeet_in_person: {phrases: {x: [c]}}\n"
EMPTY += "abuse_offline: {phrases: {x: [d]}}\n"


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("locale: en\nself_harm: [\n", 3),
        ("locale: en\nself_harm: {phrases: {x: [want (to die]}}\n" + EMPTY, 2),
        ("locale: en\nself_harm:\n  phrases:\n    x:\n      - a <nolist>\n" + EMPTY, 5),
        ("locale: en\nself_harm:\n  phrases:\n    x:\n      - '[a]'\n" + EMPTY, 5),
        ("locale: en\nnlu: []\nself_harm: {phrases: {x: [a]}}\n" + EMPTY, 2),
        ("locale: en\nlocale: en\n", 2),
        ("locale: es\n", 1),
        ("", 1),
    ],
)
def test_wrong_data_is_told_with_file_and_line(tmp_path: Path, content: str, line: int) -> None:
    file = tmp_path / "en.yml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(CrisisDataError, match=rf"en\.yml:{line}: "):
        CrisisMatcher.from_directory(tmp_path)


def test_no_data_at_all_is_told(tmp_path: Path) -> None:
    with pytest.raises(CrisisDataError, match="no crisis phrases"):
        CrisisMatcher.from_directory(tmp_path)


def test_a_third_language_needs_data_only(tmp_path: Path) -> None:
    data = "locale: fr\nself_harm: {phrases: {die: [(veux|voudrais) mourir]}}\n"
    (tmp_path / "fr.yml").write_text(data + EMPTY, encoding="utf-8")
    found = CrisisMatcher.from_directory(tmp_path).match("Je VEUX mourir…")
    assert found == CrisisMatch("self_harm", (), "fr.self_harm.die")
