\set id random(1, 3)
begin;
update items set price = price + 1 where id = :id;
select id, name, price, note from items where id = :id;
commit;
