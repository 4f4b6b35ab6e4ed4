select id, name, price, note from items order by id limit 3;
select 1/0;
select repeat('long ', 2000) as long;
copy items to stdout;
select 1 as one \; select 2 as two where false;
do $$ begin raise notice 'to be read'; end $$;
