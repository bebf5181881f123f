"""The crisis reflex over English that only hints: what it must hear, and what only sounds so."""

import pytest

from bot.crisis import CrisisMatcher
from tests.crisis.seen import intent_of

SELF_HARM = [
    "honestly i wont be here by christmas so it doesnt matter",
    "ill be gone before they find out",
    "ive already picked the day",
    "i have it all planned for sunday when my parents are out",
    "i already wrote the notes",
    "found a letter addressed to us under her pillow",
    "he gave his brother his favourite guitar and told him to look after it",
    "he told me to keep his bike for when hes not here",
    "it was like someone saying goodbye",
    "she left all the group chats and sent a voice note apologizing, sorry for everything",
    "does drowning hurt",
    "how long does it take to bleed out",
    "how long do people take to forget someone who died",
    "how many tylenol is too many",
    "she has been hoarding her grandma's pills",
    "is there something i can drink so i dont wake up",
    "is it a sin to take your own life",
    "i keep imagining my own funeral",
    "why keep living",
    "i stood on the railing of the bridge for a long time",
    "he said he'd walk in front of the tube",
    "if a truck hit me i wouldnt mind",
    "found a blade hidden in his phone case",
    "her thighs are covered in little lines",
    "i want to go be with my nan, she died in may",
    "everyone would be sad for a week and then forget",
    "i just want it all to stop forever",
    "i lie down and wish i just wouldnt wake up",
]
IMMEDIATE_DANGER = [
    "i got in his van and this isnt the way home",
    "the driver locked the doors and he wont pull over",
    "the tutor wont let me out of the office",
    "theres a car across the street with its lights off and im alone",
    "hes ringing the bell and my mum is at work",
    "he sent me a photo of our porch from right now",
    "he says come out or ill come in",
    "hes two streets away",
    "i can see him through the window",
    "im in the wardrobe, dad is smashing the kitchen",
    "he has mum by the throat",
    "someone put something in my drink",
    "they gave me something to drink and everything is spinning",
    "she texted me help me and then nothing",
    "my friend shared her live location and isnt answering",
    "he has a gun in his hand",
    "they jumped my brother after practice",
    "nobody leaves until he says so",
    "my son went out the window last night with a backpack",
    "our boy has not come back from training",
    "ive been followed home from the metro by the same man",
]
MEET_IN_PERSON = [
    "he says he'll delete it if i come alone",
    "if i dont go to the station he uploads the video",
    "she wants me to come over to her flat, we only talked on discord",
    "when u gonna link",
    "he told me to leave my phone at home when we meet",
    "he said pick a place with no cameras",
    "the model scout wants my cousin at a hotel",
    "he told me to tell mom im going to a sleepover",
    "should i go if its a public place? weve never met",
    "he sent me a bus ticket",
    "he is sending me an uber",
    "he drove 5 hours to see me",
    "we met up twice",
    "i went and he wasnt the guy in the photos",
    "my niece packed a bag, her boyfriend from roblox is coming",
    "a guy from the server got in town and wants to get food with me",
]
ABUSE_OFFLINE = [
    "my cousin plays a game i dont like and says its our secret",
    "grandad tickles me where he shouldnt",
    "our neighbor gives me candy if i let him hug me",
    "my uncle makes me sit on his lap, it feels weird",
    "the lodger is my dads friend and my brother comes in my room at night",
    "her stepdad comes in when mum is at work",
    "i pretend to be asleep when he comes",
    "she sleeps with a chair against the door because of her dad",
    "it was the priest, i never told anyone",
    "i was nine and my godfather used to touch me",
    "my coach makes us stay after and it feels gross",
    "the doctor checked me with the door closed, it was weird",
    "he wets the bed after weekends at his father's",
    "my stepmom ties me up when shes mad",
    "they wont feed me unless i clean",
    "a boy grabbed me in the school bathroom",
    "my boyfriend forced me last weekend",
    "my brother films me in the shower",
    "shes scared to go to her dads because of what happens there",
    "the trainer puts his hand up my skirt",
]
LEFT_ALONE = [
    "we wont be at school on friday, can you remind me later",
    "i picked a date for the science fair",
    "i wrote a letter to my grandma about summer camp",
    "we wrote the note for the teacher together",
    "we sat on the roof looking at the stars",
    "my favourite song is about a bridge",
    "the train platform was crowded",
    "how long does it take to forget a password",
    "how many pills does a vitamin bottle hold",
    "he gave me his old hoodie for my birthday",
    "who will look after my dog while we are on vacation",
    "my dog has scratches on its nose",
    "i wear long sleeves in summer because of the sun",
    "she took her own lunch to school",
    "why keep paying for this app",
    "the season of my show ends on sunday",
    "i want everything on my phone to sync",
    "this is the wrong way to do fractions",
    "my dad is ringing the bank",
    "there is a car show across the street on sunday",
    "the pizza guy is two streets away with my order",
    "my friend sent me a photo of her new house",
    "i can see the moon through the window",
    "he put something in my cart by mistake",
    "they sent me a code for a free game",
    "the cat went out the window again",
    "the delivery has not come yet",
    "our team jumped to second place",
    "my location is turned off, how do i turn it on",
    "i left my phone at school",
    "he wants me to go on cam",
    "he asks me to go on telegram instead",
    "can we meet the counselor at school on tuesday",
    "i bought a bus ticket for the field trip",
    "the uber eats driver was late",
    "my grandma drove 3 hours yesterday and is tired",
    "my teacher wants to see my parents",
    "my team met up for pizza after the match",
    "i packed my bag for soccer camp",
    "my brother and i play a game every sunday",
    "my mum keeps my birthday present secret",
    "the coach gave us extra training before the final",
    "my little brother drew something funny",
    "the baby wet the bed last night",
    "my uncle does card tricks",
    "we had a sleepover and watched movies",
    "dad hates when i leave the door open",
    "he closes the door when he studies",
    "my cousin took pictures of the cake",
    "my teacher corrects my posture in ballet class",
]


@pytest.mark.parametrize("text", SELF_HARM)
def test_a_hint_at_self_harm_is_seen(matcher: CrisisMatcher, text: str) -> None:
    assert intent_of(matcher, text) == "self_harm"


@pytest.mark.parametrize("text", IMMEDIATE_DANGER)
def test_a_hint_at_danger_is_seen(matcher: CrisisMatcher, text: str) -> None:
    assert intent_of(matcher, text) == "immediate_danger"


@pytest.mark.parametrize("text", MEET_IN_PERSON)
def test_a_hint_at_a_meeting_is_seen(matcher: CrisisMatcher, text: str) -> None:
    assert intent_of(matcher, text) == "meet_in_person"


@pytest.mark.parametrize("text", ABUSE_OFFLINE)
def test_a_hint_at_abuse_is_seen(matcher: CrisisMatcher, text: str) -> None:
    assert intent_of(matcher, text) == "abuse_offline"


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_what_only_sounds_so_is_left_alone(matcher: CrisisMatcher, text: str) -> None:
    assert matcher.match(text) is None
