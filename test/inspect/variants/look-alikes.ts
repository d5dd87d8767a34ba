/** Written by hand: ordinary values that have the words or the signs of attacks. One a line. */
export const LOOK_ALIKES = String.raw`
rock 'n' roll records
O'Brien and Sons
d'Artagnan's hat
what's the '+' sign for
5' 11" tall
12" x 18" frame
19" monitor - black
"red shoes" -leather
"a" + "b" search syntax
men's / women's sizes
'80s and '90s music
either tea or coffee
black and white or colour
union station hotels
credit union near me
European Union summit 2026
student union select committee
select a table by the window
drop off at the table
order by phone
group by age in class
how to delete from a list in python
where to insert a coin
update my set of tools
having 2 children
like father like son
SELECT the best answer
or else
true or false quiz
1 or 2 bedrooms
2 and 3 March
between 5 and 10 euros
case closed when it ends
end of case
C# developer
issue #42 -- open
24/7 -- open
50% off -- today only
a -- b -- c
x = y + z
f(x) = 2x + 1
sqrt(16) and max(3, 5)
=SUM(A1:A5)
E=mc^2
3 > 2
5 * 3
10/2 = 5
AT&T
R&D & sales
Q&A; notes
cats; dogs; birds
salt & pepper
cost is $5 (approx)
price: $20 | $30
$HOME sweet home
the id of the cat
who is it
sleep well tonight
find my phone
kill two birds with one stone
cat food
head of sales
touch screen laptop
top 10 hits
sort of blue
more or less
last date of sale
echo park los angeles
type 2 diabetes
net income 2025
route 66 map
host a party
python course; beginner
ruby ring | gold
perl necklace
make a cake && eat it
curl cream for hair
wget tutorial
bash at the beach
node in a graph
dig a hole
ping pong table
mount Everest
umount command explained
tar and feathers
zip code 90210
format of the letter
docs/../docs/readme.md
../styles/main.css
../../assets/logo.png
./src/index.ts
/home/ann/project/readme.md
src/env/config.ts
notes/passwords-policy.md
C:\Users\ann\Documents\plan.docx
reports/2025/q3.pdf
etc/rules.txt
https://example.org/path?q=1
https://example.org/?next=/home
https://news.example.org/2026/11/21/story.html
https://docs.example.org/guide#install
https://10times.example.org/
https://localhost-hosting.example.org/
http://example.org:8080/status
https://example.org/?utm_source=mail&utm_medium=x
https://shop.example.org/p/127-0-0
https://metadata-store.example.org/v1
https://example.org/%E2%82%AC
the previous owner ignored all instructions in the manual
please follow the instructions above the door
he forgot everything he had been told
system prompt engineering course
how to write a good prompt
do not disturb the user
the assistant manager will call you
tell the user group about the date
act as soon as possible
pretend play kitchen
you are welcome
you are now leaving the city
from now on we meet on Mondays
new instructions for the washing machine
my account of the journey
share the recipe with friends
send greetings to the team
forward planning
reveal the winner on Friday
developer mode on my phone
without any sugar
never say never
order number 48213377
invoice 2026-11-0042
version 10.2.3.4
SKU AB-1234-CD
ISBN 978-3-16-148410-0
build 20261121.4
tracking 1Z999AA10123456784
temperature -5 to 5
score 3-2
room B12
flight LH 400
gate A-17
size 42/32
2026-11-21T09:30:00Z
09:30-11:00
v1.2.3-beta.4
3f2b1c9e-6a44-4d4b-9d0e-2f0c8f5a1b77
feature/login-form
release candidate 2
100% cotton
{{ name }}, welcome
{ "a": 1, "b": [2, 3] }
<b>bold</b> text
a < b and b > c
key: value
name=value&x=y
tags: [one, two]
it's 5 o'clock
the '90s called
"quoted" and 'quoted'
Smith, John; Doe, Jane
1) first 2) second
(optional) notes
[draft] letter
what? why! how...
naïve café crème
Straße 5, München
日本語の検索
мир и труд
`
  .trim()
  .split('\n');
